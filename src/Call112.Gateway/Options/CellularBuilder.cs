using Call112.Messages;
using Call112.Messages.Sms;
using Call112.Station;

namespace Call112.Gateway.Options;

/// <summary>The sections <c>cellular</c> and <c>sms</c> of a station.json.</summary>
internal static class CellularBuilder
{
    /// <summary>Most numbers in <c>sms.allowFrom</c>.</summary>
    private const int AllowedMax = 32;

    /// <param name="uplinks">Names of the configured uplinks; a modem that carries none is proved by its presence and its network.</param>
    public static CellularOptions? Cellular(StationFile.CellularPart? part, IReadOnlyList<string> uplinks, List<FieldError> errors)
    {
        if (part is null)
            return null;
        var defaults = new CellularOptions();
        var options = new CellularOptions
        {
            Imei = part.Imei,
            Uplink = part.Uplink ?? defaults.Uplink,
            Connection = part.Connection,
            UsbPath = part.UsbPath,
            Gnss = part.Gnss ?? defaults.Gnss,
            ObserveEvery = Seconds(part.ObserveSeconds, defaults.ObserveEvery),
            ToolDeadline = Seconds(part.ToolDeadlineSeconds, defaults.ToolDeadline),
            Mmcli = part.Mmcli ?? defaults.Mmcli,
            Nmcli = part.Nmcli ?? defaults.Nmcli,
            RebootCommand = part.RebootCommand is { } command ? [.. command.Select(word => word ?? "")] : defaults.RebootCommand,
            Ladder = Ladder(part.Ladder ?? new StationFile.LadderPart()),
        };
        errors.AddRange(options.Validate());
        if (part.Uplink is { } uplink && !uplinks.Contains(uplink))
            errors.Add(new FieldError("cellular.uplink", $"'{uplink}' is none of uplinks ({string.Join(", ", uplinks)})"));
        return options;
    }

    /// <param name="stationId">Of the key; not judged here.</param>
    public static SmsOptions? Sms(StationFile.SmsPart? part, string? stationId, bool hasModem, string folder, List<FieldError> errors)
    {
        if (part?.Enabled != true)
            return null;
        var before = errors.Count;
        if (!hasModem)
            errors.Add(new FieldError("sms.enabled", "needs the section cellular: a modem brings the texts"));
        if (!SmsOptions.IsNumber(part.ReplyTo))
            errors.Add(new FieldError("sms.replyTo", $"'{part.ReplyTo}' must be a number such as +6281234567890"));
        if (part.AllowFrom is { Count: > AllowedMax })
            errors.Add(new FieldError("sms.allowFrom", $"must not name more than {AllowedMax} numbers"));
        foreach (var number in part.AllowFrom ?? [])
            if (!SmsOptions.IsNumber(number))
                errors.Add(new FieldError("sms.allowFrom", $"'{number}' must be a number such as +6281234567890"));
        var (poll, idle) = (Seconds(part.PollSeconds, TimeSpan.FromSeconds(5)), Seconds(part.IdlePollSeconds, TimeSpan.FromSeconds(60)));
        if (poll.TotalSeconds is < 1 or > 60)
            errors.Add(new FieldError("sms.pollSeconds", "must be from 1 to 60 s"));
        if (idle.TotalSeconds is < 5 or > 3_600)
            errors.Add(new FieldError("sms.idlePollSeconds", "must be from 5 to 3600 s"));
        SmsKey? key = null;
        var path = part.KeyPath is { Length: > 0 } given && !given.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(given, Path.GetFullPath(folder)) : null;
        if (part.Key is not null && part.KeyPath is not null)
            errors.Add(new FieldError("sms.key", "stands beside sms.keyPath: one of the two"));
        else if (part.Key is { } text)
        {
            if (Topics.IsValidName(stationId) && !SmsKey.TryRead(stationId, text, out key, out var wrong))
                errors.Add(new FieldError("sms.key", wrong));
        }
        else if (path is null)
            errors.Add(new FieldError("sms.keyPath", "missing: the file with the station's key, or the key itself as sms.key"));
        else if (Topics.IsValidName(stationId) && !SmsKey.TryReadFile(stationId, path, out key, out var problem))
            errors.Add(new FieldError("sms.keyPath", problem));
        return key is null || errors.Count > before
            ? null
            : new SmsOptions { Key = key, KeyPath = path, ReplyTo = part.ReplyTo!, AllowFrom = [.. (part.AllowFrom ?? []).OfType<string>()], PollEvery = poll, IdlePollEvery = idle };
    }

    public static StationFile.CellularPart? ToFile(CellularOptions? options) => options is null ? null : new StationFile.CellularPart(
        options.Imei, options.Uplink, options.Connection, options.UsbPath, options.Gnss, options.ObserveEvery.TotalSeconds, options.ToolDeadline.TotalSeconds,
        options.Mmcli, options.Nmcli, options.RebootCommand, ToFile(options.Ladder));

    public static StationFile.SmsPart? ToFile(SmsOptions? options) => options is null ? null : new StationFile.SmsPart(
        true, options.KeyPath, options.ReplyTo, options.AllowFrom, options.PollEvery.TotalSeconds, options.IdlePollEvery.TotalSeconds,
        options.KeyPath is null ? StationIdentity.Hidden : null);

    private static StationFile.LadderPart ToFile(LadderOptions ladder) => new(
        ladder.Patience.TotalSeconds, ladder.RegistrationPatience.TotalSeconds, ladder.AfterReconnect.TotalSeconds, ladder.AfterDisableEnable.TotalSeconds,
        ladder.AfterModemReset.TotalSeconds, ladder.AfterUsbReenumeration.TotalSeconds, ladder.AfterPowerKey.TotalSeconds,
        ladder.AfterSupplyCut.TotalSeconds, ladder.AfterPiReboot.TotalSeconds, ladder.RebootPatience.TotalSeconds, ladder.RebootEvery.TotalSeconds);

    private static LadderOptions Ladder(StationFile.LadderPart part)
    {
        var defaults = new LadderOptions();
        return new LadderOptions
        {
            Patience = Seconds(part.PatienceSeconds, defaults.Patience),
            RegistrationPatience = Seconds(part.RegistrationPatienceSeconds, defaults.RegistrationPatience),
            AfterReconnect = Seconds(part.AfterReconnectSeconds, defaults.AfterReconnect),
            AfterDisableEnable = Seconds(part.AfterDisableEnableSeconds, defaults.AfterDisableEnable),
            AfterModemReset = Seconds(part.AfterModemResetSeconds, defaults.AfterModemReset),
            AfterUsbReenumeration = Seconds(part.AfterUsbReenumerationSeconds, defaults.AfterUsbReenumeration),
            AfterPowerKey = Seconds(part.AfterPowerKeySeconds, defaults.AfterPowerKey),
            AfterSupplyCut = Seconds(part.AfterSupplyCutSeconds, defaults.AfterSupplyCut),
            AfterPiReboot = Seconds(part.AfterPiRebootSeconds, defaults.AfterPiReboot),
            RebootPatience = Seconds(part.RebootPatienceSeconds, defaults.RebootPatience),
            RebootEvery = Seconds(part.RebootEverySeconds, defaults.RebootEvery),
        };
    }

    private static TimeSpan Seconds(double? seconds, TimeSpan missing) => OptionsBuilder.Seconds(seconds, missing);
}
