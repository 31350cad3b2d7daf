using System.Reflection;
using Call112.Messages;

namespace Call112.Station.Tests;

/// <summary>
/// The limits of every time that station.json may set: the limit itself is allowed, a millisecond beyond it is refused with both limits in the
/// reason. A wrong limit lets in a siren of no length or a link that is never lost (F9, F13).
/// </summary>
public class LimitTests
{
    private static readonly TimeSpan s_little = TimeSpan.FromMilliseconds(1);

    public static TheoryData<string, double, double> Timing => new()
    {
        { "SirenFirst", 1, 600 },
        { "SirenBurst", 1, 600 },
        { "SirenBurstPeriod", 1, 600 },
        { "SirenLimit", 1, 1800 },
        { "RemindAfter", 1, 600 },
        { "UnacknowledgedAfter", 1, 600 },
        { "UnacknowledgedAfterFire", 1, 600 },
        { "Chime", 0.2, 60 },
        { "OutOfHoursChime", 0.2, 60 },
        { "TaskLimit", 60, 86_400 },
        { "DoorPulse", 0, 600 },
        { "Settle", 0.01, 0.5 },
        { "Release", 0.01, 2 },
        { "PanicClearHold", 1, 30 },
        { "InputStuckAfter", 10, 3600 },
        { "InputRestoredAfter", 0.1, 60 },
        { "LoopBrokenAfter", 0.03, 1 },
        { "ReadBackWithin", 0.05, 5 },
        { "OutputRetry", 0.1, 60 },
        { "LinkSuspectAfter", 1, 600 },
        { "LinkLostAfter", 2, 600 },
        { "MeteredSuspectAfter", 1, 600 },
        { "MeteredLostAfter", 2, 600 },
        { "ReceiptWithin", 10, 600 },
        { "LostChirpEvery", 5, 3600 },
        { "Chirp", 0.05, 5 },
        { "SelfTest", 0.5, 60 },
        { "Identify", 1, 600 },
        { "TimeMarkEvery", 1, 60 },
        { "ClockStep", 1, 3600 },
    };

    public static TheoryData<string, double, double> Ladder => new()
    {
        { "Patience", 10, 3_600 },
        { "RegistrationPatience", 60, 86_400 },
        { "AfterReconnect", 10, 3_600 },
        { "AfterDisableEnable", 10, 3_600 },
        { "AfterModemReset", 30, 3_600 },
        { "AfterUsbReenumeration", 30, 3_600 },
        { "AfterPowerKey", 30, 3_600 },
        { "AfterSupplyCut", 30, 3_600 },
        { "AfterPiReboot", 60, 86_400 },
        { "RebootPatience", 300, 86_400 },
        { "RebootEvery", 21_600, 2_592_000 },
    };

    [Theory]
    [MemberData(nameof(Timing))]
    public void A_time_at_its_limit_is_allowed_and_one_beyond_it_is_refused_with_the_limits(string name, double min, double max) =>
        AssertLimits(new StationTiming(), name, min, max, "timing.", timing => timing.Validate());

    [Theory]
    [MemberData(nameof(Ladder))]
    public void A_wait_of_the_ladder_at_its_limit_is_allowed_and_one_beyond_it_is_refused_F15(string name, double min, double max) =>
        AssertLimits(new LadderOptions(), name, min, max, "cellular.ladder.", ladder => ladder.Validate());

    [Fact]
    public void Every_time_that_can_be_set_is_in_the_tables_of_limits()
    {
        Assert.Equal(TimesOf<StationTiming>(), Timing.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
        Assert.Equal(TimesOf<LadderOptions>(), Ladder.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Two_times_that_depend_on_each_other_may_be_equal_and_the_reason_names_the_other()
    {
        var (short_, long_) = (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20) + s_little);
        Assert.Empty(new StationTiming { SirenBurst = short_, SirenBurstPeriod = short_ }.Validate());
        Assert.Empty(new StationTiming { LinkSuspectAfter = short_, LinkLostAfter = short_ }.Validate());
        Assert.Empty(new StationTiming { MeteredSuspectAfter = short_, MeteredLostAfter = short_ }.Validate());
        Assert.Equal(
            [
                new FieldError("timing.sirenBurstSeconds", "must not be longer than timing.sirenBurstPeriodSeconds"),
                new FieldError("timing.linkSuspectAfterSeconds", "must not be longer than timing.linkLostAfterSeconds"),
                new FieldError("timing.meteredSuspectAfterSeconds", "must not be longer than timing.meteredLostAfterSeconds"),
            ],
            new StationTiming
            {
                SirenBurst = long_,
                SirenBurstPeriod = short_,
                LinkSuspectAfter = long_,
                LinkLostAfter = short_,
                MeteredSuspectAfter = long_,
                MeteredLostAfter = short_,
            }.Validate());
    }

    [Theory]
    [InlineData(60, 30)]
    [InlineData(10_000, 3600)]
    public void The_limits_of_a_moved_box_are_allowed_themselves(double metres, double seconds) =>
        Assert.Empty(new PositionOptions { MovedBeyondM = metres, MovedAfter = TimeSpan.FromSeconds(seconds) }.Validate());

    [Fact]
    public void What_is_wrong_with_a_position_is_said_with_its_limits() => Assert.Equal(
        [
            new FieldError("position.surveyed", "must be degrees: latitude -90 to 90, longitude -180 to 180"),
            new FieldError("position.movedBeyondMetres", "must be from 60 to 10000 m, is 10001"),
            new FieldError("position.movedAfterSeconds", "must be from 30 to 3600 s, is 29"),
        ],
        new PositionOptions { Surveyed = new GeoPoint(91, 0), MovedBeyondM = 10_001, MovedAfter = TimeSpan.FromSeconds(29) }.Validate());

    [Fact]
    public void What_is_wrong_with_a_station_is_said_with_what_is_right()
    {
        var wrong = new StationOptions
        {
            Id = "Pkm Gogagoman",
            Groups = ["puskesmas", "+"],
            Kind = (StationKind)99,
            Annunciation = (AnnunciationStyle)98,
            UtcOffsetMinutes = 841,
            Timing = new() { Chirp = TimeSpan.FromSeconds(6) },
            Position = new() { MovedBeyondM = 59 },
        };
        Assert.Equal(
            [
                new FieldError("station.id", "must match [a-z0-9][a-z0-9-]{1,38}[a-z0-9]"),
                new FieldError("station.groups", "'+' must match [a-z0-9][a-z0-9-]{1,38}[a-z0-9]"),
                new FieldError("station.kind", "is no kind of post: 99"),
                new FieldError("station.annunciation", "must be Siren, Chime or Light, is 98"),
                new FieldError("station.utcOffsetMinutes", "must be from -720 to 840 minutes"),
                new FieldError("timing.chirpSeconds", "must be from 0.05 to 5 s, is 6"),
                new FieldError("position.movedBeyondMetres", "must be from 60 to 10000 m, is 59"),
            ],
            wrong.Validate());
    }

    [Theory]
    [InlineData(-721, false)]
    [InlineData(-720, true)]
    [InlineData(840, true)]
    [InlineData(841, false)]
    public void An_offset_from_UTC_lies_within_those_of_the_earth(int minutes, bool allowed) =>
        Assert.Equal(allowed, new StationOptions { Id = "pkm-gogagoman", UtcOffsetMinutes = minutes }.Validate().Count == 0);

    private static void AssertLimits<T>(T defaults, string name, double min, double max, string path, Func<T, IEnumerable<FieldError>> validate)
        where T : notnull
    {
        var time = typeof(T).GetProperty(name)!;
        var field = $"{path}{char.ToLowerInvariant(name[0])}{name[1..]}Seconds";
        Assert.Null(ReasonFor(TimeSpan.FromSeconds(min)));
        Assert.Null(ReasonFor(TimeSpan.FromSeconds(max)));
        foreach (var beyond in new[] { TimeSpan.FromSeconds(min) - s_little, TimeSpan.FromSeconds(max) + s_little })
            Assert.Equal(FormattableString.Invariant($"must be from {min} to {max} s, is {beyond.TotalSeconds}"), ReasonFor(beyond));

        // The defaults are immutable for everybody else: only this test sets one by its name.
        string? ReasonFor(TimeSpan value)
        {
            time.SetValue(defaults, value);
            return validate(defaults).Where(error => error.Field == field).Select(error => error.Reason)
                .SingleOrDefault(reason => reason.StartsWith("must be from", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> TimesOf<T>() => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property is { CanWrite: true } && property.PropertyType == typeof(TimeSpan))
        .Select(property => property.Name).Order(StringComparer.Ordinal);
}
