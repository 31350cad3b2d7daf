using Call112.Messages;

namespace Call112.Center.Acceptance;

/// <summary>What the seal of a station's acceptance is worth to this centre.</summary>
public enum AcceptanceSignature
{
    /// <summary>By the station's own certificate, which an authority of the city has issued.</summary>
    Valid,

    /// <summary>
    /// By the certificate beside it, which names the station; the centre knows no authorities that could vouch for it (<c>--identities</c>).
    /// </summary>
    AuthorityUnknown,

    /// <summary>Broken, of another name, or by nobody whom the city trusts.</summary>
    Invalid,

    /// <summary>There is none.</summary>
    Unsigned,
}

/// <summary>A station's newest acceptance, as the centre shows it.</summary>
/// <param name="At">Wall time of its end, worth what <paramref name="Clock"/> says.</param>
/// <param name="Problem">Why the signature is invalid, or could not be judged; null when all is well, or there is none.</param>
/// <param name="Failed">Tests that failed, by name and subject.</param>
/// <param name="BoardSerial">Of the board that was accepted; null when it told none.</param>
/// <param name="ReceivedAt">When the centre took it.</param>
public sealed record AcceptanceView(
    string Technician,
    DateTimeOffset At,
    ClockState Clock,
    AcceptanceVerdict Verdict,
    AcceptanceSignature Signature,
    string? Problem,
    IReadOnlyList<string> Failed,
    string? BoardSerial,
    string Profile,
    string Version,
    DateTimeOffset ReceivedAt);
