using System.Text.Json.Serialization;

namespace Call112.Gateway.Options;

/// <summary>station.json as a technician writes it (design, "station.json"). Unknown fields are errors: a typing mistake must not become a default.</summary>
internal sealed record StationFile(
    StationFile.StationPart? Station = null,
    IReadOnlyList<StationFile.UplinkPart?>? Uplinks = null,
    StationFile.BoardPart? Board = null,
    StationFile.JournalPart? Journal = null,
    StationFile.PanelPart? Panel = null,
    StationFile.ClockPart? Clock = null,
    StationFile.TimingPart? Timing = null,
    StationFile.DisplayPart? Display = null,
    StationFile.PositionPart? Position = null,
    StationFile.CellularPart? Cellular = null,
    StationFile.SmsPart? Sms = null,
    StationFile.IdentityPart? Identity = null,
    StationFile.UpdatesPart? Updates = null)
{
    internal sealed record StationPart(
        string? Id = null,
        string? Name = null,
        IReadOnlyList<string>? Groups = null,
        string? Kind = null,
        string? Annunciation = null,
        IReadOnlyList<DutyPart?>? DutyHours = null,
        int? UtcOffsetMinutes = null,
        bool? PanicSiren = null);

    internal sealed record DutyPart(string? From = null, string? To = null, IReadOnlyList<string?>? Days = null);

    internal sealed record UplinkPart(
        string? Name = null,
        string? Broker = null,
        string? Interface = null,
        bool? Metered = null,
        string? Username = null,
        string? PasswordFile = null,
        string? CaFile = null,
        string? CertificateFile = null,
        string? KeyFile = null);

    internal sealed record BoardPart(string? Profile = null, string? Trace = null);

    internal sealed record JournalPart(string? Path = null);

    /// <param name="Listen"><c>host:port</c>, or <c>off</c>.</param>
    internal sealed record PanelPart(string? Listen = null);

    /// <param name="Source"><c>kernel</c> or <c>trusted</c>.</param>
    internal sealed record ClockPart(string? Source = null);

    /// <param name="Kind"><c>lcd1602</c> or <c>lcd2004</c>.</param>
    /// <param name="Address">Of the PCF8574 behind it, a decimal number as in a board profile.</param>
    internal sealed record DisplayPart(string? Kind = null, int? I2cBus = null, int? Address = null);

    /// <param name="Gpsd"><c>host:port</c>; no receiver when absent.</param>
    internal sealed record PositionPart(
        string? Gpsd = null,
        SurveyedPart? Surveyed = null,
        double? MovedBeyondMetres = null,
        double? MovedAfterSeconds = null,
        double? SilenceSeconds = null);

    /// <summary>WGS 84, degrees.</summary>
    internal sealed record SurveyedPart(double? Latitude = null, double? Longitude = null);

    internal sealed record CellularPart(
        string? Imei = null,
        string? Uplink = null,
        string? Connection = null,
        string? UsbPath = null,
        bool? Gnss = null,
        double? ObserveSeconds = null,
        double? ToolDeadlineSeconds = null,
        string? Mmcli = null,
        string? Nmcli = null,
        IReadOnlyList<string?>? RebootCommand = null,
        LadderPart? Ladder = null);

    internal sealed record LadderPart(
        double? PatienceSeconds = null,
        double? RegistrationPatienceSeconds = null,
        double? AfterReconnectSeconds = null,
        double? AfterDisableEnableSeconds = null,
        double? AfterModemResetSeconds = null,
        double? AfterUsbReenumerationSeconds = null,
        double? AfterPowerKeySeconds = null,
        double? AfterSupplyCutSeconds = null,
        double? AfterPiRebootSeconds = null,
        double? RebootPatienceSeconds = null,
        double? RebootEverySeconds = null);

    internal sealed record SmsPart(
        bool? Enabled = null,
        string? KeyPath = null,
        string? ReplyTo = null,
        IReadOnlyList<string?>? AllowFrom = null,
        double? PollSeconds = null,
        double? IdlePollSeconds = null,
        string? Key = null);

    internal sealed record UpdatesPart(string? Folder = null);

    /// <summary>PEM texts (decision 0019).</summary>
    internal sealed record IdentityPart(string? Authorities = null, string? Certificate = null, string? Key = null);

    internal sealed record TimingPart(
        double? SirenFirstSeconds = null,
        double? SirenBurstSeconds = null,
        double? SirenBurstPeriodSeconds = null,
        double? SirenLimitSeconds = null,
        double? RemindAfterSeconds = null,
        double? UnacknowledgedAfterSeconds = null,
        double? UnacknowledgedAfterFireSeconds = null,
        double? ChimeSeconds = null,
        double? OutOfHoursChimeSeconds = null,
        double? TaskLimitSeconds = null,
        double? DoorPulseSeconds = null,
        double? SettleSeconds = null,
        double? ReleaseSeconds = null,
        double? PanicClearHoldSeconds = null,
        double? InputStuckAfterSeconds = null,
        double? InputRestoredAfterSeconds = null,
        double? LoopBrokenAfterSeconds = null,
        double? ReadBackWithinSeconds = null,
        double? OutputRetrySeconds = null,
        double? LinkSuspectAfterSeconds = null,
        double? LinkLostAfterSeconds = null,
        double? MeteredSuspectAfterSeconds = null,
        double? MeteredLostAfterSeconds = null,
        double? ReceiptWithinSeconds = null,
        double? LostChirpEverySeconds = null,
        double? ChirpSeconds = null,
        double? SelfTestSeconds = null,
        double? IdentifySeconds = null,
        double? TimeMarkEverySeconds = null,
        double? ClockStepSeconds = null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true)]
[JsonSerializable(typeof(StationFile))]
internal sealed partial class StationFileJsonContext : JsonSerializerContext;
