using System.Globalization;
using Call112.Messages;

namespace Call112.Station;

/// <summary>Every time limit of the behaviour table (design, "Behaviour, exactly"). Defaults are the table's; limits are in <see cref="Validate"/>.</summary>
public sealed record StationTiming
{
    /// <summary>The siren's first, uninterrupted part.</summary>
    public TimeSpan SirenFirst { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Length of each later burst.</summary>
    public TimeSpan SirenBurst { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A burst ends each such period.</summary>
    public TimeSpan SirenBurstPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The siren stops for good.</summary>
    public TimeSpan SirenLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Reminded is reported when nobody has pressed.</summary>
    public TimeSpan RemindAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Unacknowledged is reported when nobody has pressed (NFPA 1710: 60 s for medical turnout).</summary>
    public TimeSpan UnacknowledgedAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for fires (NFPA 1710: 80 s).</summary>
    public TimeSpan UnacknowledgedAfterFire { get; init; } = TimeSpan.FromSeconds(80);

    /// <summary>The chime of an Update or a Cancel.</summary>
    public TimeSpan Chime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The chime of a dispatch outside duty hours.</summary>
    public TimeSpan OutOfHoursChime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An acknowledged task leaves the panel after this.</summary>
    public TimeSpan TaskLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How long the bay door relay is held when an alert begins.</summary>
    public TimeSpan DoorPulse { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A level must be stable this long before it counts: three samples, so that a press of 40 ms has one to spare (decision 0005).</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A contact must be released this long before it counts as released: the longest gap in the recorded release of a real switch is 82 ms.</summary>
    public TimeSpan Release { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>TEST held this long clears panic.</summary>
    public TimeSpan PanicClearHold { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A button active longer than this is stuck.</summary>
    public TimeSpan InputStuckAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A stuck input counts again after it has been released this long, one with a broken loop after the loop was whole this long.</summary>
    public TimeSpan InputRestoredAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A supervised loop that was cut or shorted for so long is broken (hardware.md §7, test 5: the correct fault within 2 s).</summary>
    public TimeSpan LoopBrokenAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>An output that has not read back for this long is a fault.</summary>
    public TimeSpan ReadBackWithin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>An output at fault is written again each such period; it is restored when it has read back this long.</summary>
    public TimeSpan OutputRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Centre or uplink: proof older than this is suspect.</summary>
    public TimeSpan LinkSuspectAfter { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Centre or uplink: proof older than this means lost (normal profile).</summary>
    public TimeSpan LinkLostAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for a metered uplink, and for the centre while every uplink keeps the metered profile.</summary>
    public TimeSpan MeteredSuspectAfter { get; init; } = TimeSpan.FromSeconds(45);

    /// <inheritdoc cref="MeteredSuspectAfter"/>
    public TimeSpan MeteredLostAfter { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The centre is heard and gives no receipt for a report that was sent: after this long the connection does not drain (F10).</summary>
    public TimeSpan ReceiptWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A deaf station chirps each such period.</summary>
    public TimeSpan LostChirpEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Length of a chirp.</summary>
    public TimeSpan Chirp { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a self-test drives lamps and buzzer.</summary>
    public TimeSpan SelfTest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long Identify blinks and chirps.</summary>
    public TimeSpan Identify { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>While an alert sounds, time itself is journaled each such period.</summary>
    public TimeSpan TimeMarkEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A jump of the wall clock against the monotonic clock from which ClockSet is reported.</summary>
    public TimeSpan ClockStep { get; init; } = TimeSpan.FromSeconds(5);

    public LinkDeadlines Link => new(LinkSuspectAfter, LinkLostAfter);

    public LinkDeadlines MeteredLink => new(MeteredSuspectAfter, MeteredLostAfter);

    /// <summary>When an alert of this category counts as unacknowledged.</summary>
    public TimeSpan UnacknowledgedAfterOf(Category category) => category == Category.Fire ? UnacknowledgedAfterFire : UnacknowledgedAfter;

    /// <summary>Every value outside its limits, by its path in station.json.</summary>
    public IEnumerable<FieldError> Validate()
    {
        (string Name, TimeSpan Value, double MinSeconds, double MaxSeconds)[] limits =
        [
            ("sirenFirst", SirenFirst, 1, 600),
            ("sirenBurst", SirenBurst, 1, 600),
            ("sirenBurstPeriod", SirenBurstPeriod, 1, 600),
            ("sirenLimit", SirenLimit, 1, 1800),
            ("remindAfter", RemindAfter, 1, 600),
            ("unacknowledgedAfter", UnacknowledgedAfter, 1, 600),
            ("unacknowledgedAfterFire", UnacknowledgedAfterFire, 1, 600),
            ("chime", Chime, 0.2, 60),
            ("outOfHoursChime", OutOfHoursChime, 0.2, 60),
            ("taskLimit", TaskLimit, 60, 86_400),
            ("doorPulse", DoorPulse, 0, 600),
            ("settle", Settle, 0.01, 0.5),
            ("release", Release, 0.01, 2),
            ("panicClearHold", PanicClearHold, 1, 30),
            ("inputStuckAfter", InputStuckAfter, 10, 3600),
            ("inputRestoredAfter", InputRestoredAfter, 0.1, 60),
            ("loopBrokenAfter", LoopBrokenAfter, 0.03, 1),
            ("readBackWithin", ReadBackWithin, 0.05, 5),
            ("outputRetry", OutputRetry, 0.1, 60),
            ("linkSuspectAfter", LinkSuspectAfter, 1, 600),
            ("linkLostAfter", LinkLostAfter, 2, 600),
            ("meteredSuspectAfter", MeteredSuspectAfter, 1, 600),
            ("meteredLostAfter", MeteredLostAfter, 2, 600),
            ("receiptWithin", ReceiptWithin, 10, 600),
            ("lostChirpEvery", LostChirpEvery, 5, 3600),
            ("chirp", Chirp, 0.05, 5),
            ("selfTest", SelfTest, 0.5, 60),
            ("identify", Identify, 1, 600),
            ("timeMarkEvery", TimeMarkEvery, 1, 60),
            ("clockStep", ClockStep, 1, 3600),
        ];
        foreach (var (name, value, min, max) in limits)
            if (value.TotalSeconds < min || value.TotalSeconds > max)
                yield return new FieldError($"timing.{name}Seconds", string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max} s, is {value.TotalSeconds}"));
        if (SirenBurst > SirenBurstPeriod)
            yield return new FieldError("timing.sirenBurstSeconds", "must not be longer than timing.sirenBurstPeriodSeconds");
        if (LinkSuspectAfter > LinkLostAfter)
            yield return new FieldError("timing.linkSuspectAfterSeconds", "must not be longer than timing.linkLostAfterSeconds");
        if (MeteredSuspectAfter > MeteredLostAfter)
            yield return new FieldError("timing.meteredSuspectAfterSeconds", "must not be longer than timing.meteredLostAfterSeconds");
    }
}
