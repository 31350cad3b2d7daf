namespace Call112.Center.Enrolment;

/// <summary>What is asked of <see cref="Enrolment.EnrolStation"/>. Null leaves a field as the station's configuration has it already.</summary>
internal sealed record StationRequest(string Id)
{
    /// <summary>Life of a certificate, days, when nothing else is asked: two years.</summary>
    public const int DaysUsual = 730;

    public string? Name { get; init; }

    public string? Kind { get; init; }

    /// <summary>Empty when none was given.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary><c>mqtts://host[:port]</c> of the city's broker.</summary>
    public string? Broker { get; init; }

    /// <summary><c>simulated</c>, or the path of a board profile on the box.</summary>
    public string? Board { get; init; }

    /// <summary>The box has a modem: a second, metered uplink <c>lte</c>.</summary>
    public bool HasModem { get; init; }

    /// <summary>A station.json to begin with.</summary>
    public string? BaseFile { get; init; }

    public int Days { get; init; } = DaysUsual;

    public bool Renew { get; init; }

    /// <summary>The file that the centre runs with as <c>--sms</c>; the station's key goes where it says.</summary>
    public string? SmsFile { get; init; }

    /// <summary>Number of the station's SIM, for a station that the file does not name yet.</summary>
    public string? Sim { get; init; }

    /// <summary>Number of the city's SMS gateway, which the station answers to.</summary>
    public string? ReplyTo { get; init; }

    public bool NewSmsKey { get; init; }
}
