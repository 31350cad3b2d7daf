using Call112.Messages;

namespace Call112.Station;

/// <summary>Everything that can happen to a station. Adapters translate the world into these and post them; nothing else changes the state.</summary>
public abstract record StationInput
{
    private StationInput()
    {
    }

    /// <summary>The service has started; the state is what the journal held.</summary>
    /// <param name="BootId">Names this run of the service.</param>
    /// <param name="Gap">How long the station was not running since its last journal entry, as far as anybody knows; zero when nobody does. Cut to 0 … <see cref="StationCore.GapMax"/>.</param>
    /// <param name="JournalFinding">What the check of the journal found wrong, or null (F2).</param>
    /// <param name="Uplinks">Names of the configured uplinks.</param>
    /// <param name="Metered">Those of them that are metered; null: none.</param>
    public sealed record Start(
        string BootId, TimeSpan Gap, string? JournalFinding, IReadOnlyList<string> Uplinks, IReadOnlyList<string>? Metered = null)
        : StationInput;

    /// <summary>The service stops in an orderly way.</summary>
    public sealed record Stop : StationInput;

    /// <summary>A valid dispatch, from any uplink.</summary>
    public sealed record DispatchArrived(Dispatch Dispatch) : StationInput;

    /// <summary>A message of the centre that is refused: malformed, or retained (F7).</summary>
    public sealed record MessageRefused(string Reason, Guid? DispatchId) : StationInput;

    /// <summary>A valid command.</summary>
    public sealed record CommandArrived(StationCommand Command) : StationInput;

    /// <summary>The centre has stored reports up to and with this sequence.</summary>
    /// <param name="SentUpTo">The highest sequence of this journal that may have been sent: before numbering is agreed, a receipt beyond it is about another journal.</param>
    public sealed record ReceiptArrived(long UpTo, long SentUpTo = long.MaxValue) : StationInput;

    /// <summary>The centre's own heartbeat, not retained: proof that it lives now.</summary>
    /// <param name="Uplink">The one that brought it; null when nobody knows.</param>
    public sealed record CenterHeard(string? Uplink = null) : StationInput;

    /// <summary>
    /// The broker of an uplink answered a publish (PUBACK). A connection alone is no proof: a broker that accepts may take nothing (F8, F9).
    /// </summary>
    public sealed record UplinkProved(string Uplink) : StationInput;

    /// <summary>An answer on an uplink is overdue, its connection has gone, or there is none to be had.</summary>
    public sealed record UplinkDoubted(string Uplink) : StationInput;

    /// <summary>
    /// A second box has this station's identity: the broker ended the session because another client took it over, or its state was heard where our own
    /// should stand (F20).
    /// </summary>
    public sealed record UplinkTakenOver(string Uplink) : StationInput;

    /// <summary>The certificate files of an uplink were read (F13).</summary>
    public sealed record CertificateRead(string Uplink, CertificateSense Certificate) : StationInput;

    /// <summary>The levels of all inputs, every 10 ms.</summary>
    public sealed record InputsSampled(InputSample Sample) : StationInput;

    /// <summary>What the outputs really are, beside what they were told to be.</summary>
    public sealed record OutputsReadBack(Outputs Commanded, Outputs Actual) : StationInput;

    /// <summary>Somebody touched the panel.</summary>
    public sealed record PanelTouched(PanelAction Action, Guid? DispatchId, DeclineReason? Reason, Outcome? Outcome) : StationInput;

    /// <summary>The box itself asks for a self-test: an update has to prove that lamps and buzzer still obey.</summary>
    public sealed record SelfTestAsked : StationInput;

    /// <summary>A sealed dispatch came by SMS (decision 0018).</summary>
    /// <param name="Counter">Tells a new text from a copy; see <see cref="SmsWindow"/>.</param>
    public sealed record SmsArrived(Dispatch Dispatch, long Counter) : StationInput;

    /// <summary>The recovery ladder is about to take a rung (decision 0017).</summary>
    public sealed record ModemRungTaken(ModemRung Rung, string Reason) : StationInput;

    /// <summary>The journal could not be written (F3).</summary>
    public sealed record StorageFailed(string Detail) : StationInput;

    /// <summary>The journal can be written again, and holds everything.</summary>
    public sealed record StorageRecovered : StationInput;

    /// <summary>A GNSS receiver told a position, or that it has none.</summary>
    public sealed record FixOffered(Fix Fix) : StationInput;

    /// <summary>The way to the GNSS receiver changed.</summary>
    /// <param name="Detail">What is wrong with it, in words.</param>
    public sealed record GnssLinked(GnssLink Link, string? Detail) : StationInput;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : StationInput;
}

/// <summary>The panel's touch buttons: TERIMA, TOLAK, BERANGKAT, TIBA, KE RS, TIBA DI RS, SELESAI.</summary>
public enum PanelAction
{
    Acknowledge,
    Decline,
    Respond,
    Arrive,
    ToHospital,
    AtHospital,
    Complete,
}
