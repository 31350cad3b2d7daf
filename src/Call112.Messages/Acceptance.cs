namespace Call112.Messages;

/// <summary>
/// Whether a box has been accepted at its post (issue 6). It says what people may rely on, and never changes what the box does: one that is being
/// commissioned sounds like any other.
/// </summary>
public enum ServiceState
{
    /// <summary>Nobody has accepted this box on this board yet, or the newest acceptance failed.</summary>
    Commissioning,

    /// <summary>A person has accepted it.</summary>
    InService,
}

/// <summary>
/// The record of an acceptance under its seal (contract, topic <c>acceptance</c>; retained, at most 16 KiB). The record is bytes and not an object,
/// because the signature is over these very bytes.
/// </summary>
/// <param name="Record">An <see cref="AcceptanceRecord"/> as UTF-8 JSON, base64.</param>
/// <param name="Certificate">The station's certificate, PEM; null when it is not signed.</param>
/// <param name="Signature">ECDSA over P-256 with SHA-256, DER (RFC 3279), base64; null when it is not signed.</param>
public sealed record AcceptanceEnvelope(string Record, string? Certificate = null, string? Signature = null);

/// <summary>How one test of an acceptance ended.</summary>
public enum AcceptanceResult
{
    Passed,
    Failed,

    /// <summary>The box does not have what would be tested.</summary>
    NotPresent,
}

/// <summary>What came of an acceptance.</summary>
public enum AcceptanceVerdict
{
    Refused,
    Accepted,
}

/// <summary>The tests of an acceptance by their names on the wire. Texts and no enum: a later version may have more of them.</summary>
public static class AcceptanceTests
{
    public const string Outputs = "Outputs", Drill = "Drill", Panic = "Panic", Tamper = "Tamper", Mains = "Mains", Links = "Links",
        Signal = "Signal", Position = "Position", Clock = "Clock", Health = "Health";

    /// <summary>Without these having passed there is no acceptance; the others are judged where the box has what they test.</summary>
    public static IReadOnlyList<string> Always { get; } = [Outputs, Drill, Links, Clock, Health];
}

/// <summary>One test of an acceptance.</summary>
/// <param name="Test">One of <see cref="AcceptanceTests"/>.</param>
/// <param name="Subject">Which one, where there are several: the uplink's name.</param>
/// <param name="At">Wall time of its end, worth what the clock said.</param>
/// <param name="Attempts">How often it was run; 1 or more.</param>
/// <param name="Seen">What decided, in English.</param>
public sealed record AcceptanceStep(string Test, AcceptanceResult Result, DateTimeOffset At, int Attempts, string Seen, string? Subject = null);

/// <summary>What a technician has tried at a box, and what came of it.</summary>
/// <param name="Technician">Who stands for it.</param>
/// <param name="At">Wall time of its end, worth what <paramref name="Clock"/> says.</param>
/// <param name="BoardSerial">Of the board that was accepted; null when the board tells none.</param>
/// <param name="Profile">Name of the board profile.</param>
/// <param name="ProfileSha256">Of the profile's file, hex; null for the simulated board.</param>
/// <param name="Version">Of the gateway.</param>
/// <param name="System">Operating system and kernel.</param>
/// <param name="BootId">The run of the service that was tested.</param>
public sealed record AcceptanceRecord(
    string StationId,
    string Name,
    string Technician,
    DateTimeOffset At,
    ClockState Clock,
    string? BoardSerial,
    string Profile,
    string? ProfileSha256,
    string Version,
    string System,
    string BootId,
    IReadOnlyList<AcceptanceStep> Steps,
    AcceptanceVerdict Verdict)
{
    /// <summary>Most tests of one record.</summary>
    public const int StepsMax = 64;

    /// <summary>Longest <see cref="AcceptanceStep.Seen"/>, and longest name of a person, in characters.</summary>
    public const int SeenMaxLength = 200, TechnicianMaxLength = 80;

    /// <summary>Accepted: nothing failed, and everything of <see cref="AcceptanceTests.Always"/> has passed.</summary>
    public static AcceptanceVerdict VerdictOf(IReadOnlyList<AcceptanceStep> steps) =>
        steps.All(step => step.Result != AcceptanceResult.Failed)
        && AcceptanceTests.Always.All(test => steps.Any(step => step.Test == test && step.Result == AcceptanceResult.Passed))
            ? AcceptanceVerdict.Accepted
            : AcceptanceVerdict.Refused;
}
