using Call112.Messages;

namespace Call112.Station;

/// <summary>Kind of post; chooses how loud it is when nothing else is said (design, behaviour table).</summary>
public enum StationKind
{
    Damkar,
    Bpbd,
    Puskesmas,
    Rsud,
    Dinkes,
    Dinsos,
    Dishub,
    Diskominfo,
    Dpppa,
    UptdPpa,
}

/// <summary>How loud a post is.</summary>
public enum AnnunciationStyle
{
    /// <summary>Siren, strobe, lamp.</summary>
    Siren,

    /// <summary>Buzzer, strobe, lamp; never the siren.</summary>
    Chime,

    /// <summary>Lamp only.</summary>
    Light,
}

/// <summary>Who the station is and how it behaves: every time limit of the behaviour table, with its default. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record StationOptions
{
    public required string Id { get; init; }

    public string Name { get; init; } = "";

    public IReadOnlyList<string> Groups { get; init; } = [];

    public StationKind Kind { get; init; } = StationKind.Puskesmas;

    /// <summary>How loud; by <see cref="Kind"/> when null.</summary>
    public AnnunciationStyle? Annunciation { get; init; }

    /// <summary>When the post is on duty; always when empty.</summary>
    public IReadOnlyList<DutyWindow> DutyHours { get; init; } = [];

    /// <summary>Local time's offset from UTC, in minutes, −720 to 840. Default 480 (WITA, no summer time).</summary>
    public int UtcOffsetMinutes { get; init; } = 480;

    public StationTiming Timing { get; init; } = new();

    public PositionOptions Position { get; init; } = new();

    /// <summary>The local siren sounds while panic stands. Silent by default: the attacker may be in the room.</summary>
    public bool PanicSiren { get; init; }

    public AnnunciationStyle Style => Annunciation ?? Kind switch
    {
        StationKind.Damkar or StationKind.Bpbd or StationKind.Puskesmas => AnnunciationStyle.Siren,
        StationKind.Rsud or StationKind.Dinkes or StationKind.Dinsos or StationKind.Dishub or StationKind.Diskominfo => AnnunciationStyle.Chime,
        StationKind.Dpppa or StationKind.UptdPpa => AnnunciationStyle.Light,
        _ => AnnunciationStyle.Siren,
    };

    /// <summary>Whether the post is on duty. While the clock is not synchronised nobody knows the hour: it is on duty.</summary>
    public bool IsOnDuty(StationTime now)
    {
        if (DutyHours.Count == 0 || now.Clock != ClockState.Synchronized)
            return true;
        var local = now.Wall.ToOffset(TimeSpan.FromMinutes(UtcOffsetMinutes));
        return DutyHours.Any(window => window.Contains(local));
    }

    /// <summary>Every field outside its limits, by its path in station.json. Empty when all is well.</summary>
    public IReadOnlyList<FieldError> Validate()
    {
        var errors = new List<FieldError>();
        if (!Topics.IsValidName(Id))
            errors.Add(new FieldError("station.id", "must match [a-z0-9][a-z0-9-]{1,38}[a-z0-9]"));
        foreach (var group in Groups)
            if (!Topics.IsValidName(group))
                errors.Add(new FieldError("station.groups", $"'{group}' must match [a-z0-9][a-z0-9-]{{1,38}}[a-z0-9]"));
        if (!Enum.IsDefined(Kind))
            errors.Add(new FieldError("station.kind", $"is no kind of post: {Kind}"));
        if (Annunciation is { } annunciation && !Enum.IsDefined(annunciation))
            errors.Add(new FieldError("station.annunciation", $"must be Siren, Chime or Light, is {annunciation}"));
        if (UtcOffsetMinutes is < -720 or > 840)
            errors.Add(new FieldError("station.utcOffsetMinutes", "must be from -720 to 840 minutes"));
        errors.AddRange(Timing.Validate());
        errors.AddRange(Position.Validate());
        return errors;
    }
}

/// <summary>A daily time on duty, local time. An end before the beginning runs over midnight; an end equal to it means the whole day.</summary>
/// <param name="Days">Days on which the window begins; every day when empty.</param>
public sealed record DutyWindow(TimeOnly From, TimeOnly To, IReadOnlyList<DayOfWeek> Days)
{
    public bool Contains(DateTimeOffset local)
    {
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        if (From == To)
            return BeginsOn(local.DayOfWeek);
        if (From < To)
            return time >= From && time < To && BeginsOn(local.DayOfWeek);
        return time >= From ? BeginsOn(local.DayOfWeek) : time < To && BeginsOn(local.AddDays(-1).DayOfWeek);
    }

    private bool BeginsOn(DayOfWeek day) => Days.Count == 0 || Days.Contains(day);
}
