using System.Globalization;
using Call112.Gateway.Board.Profiles;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Options;

/// <summary>Turns a station.json into checked options; collects every error instead of stopping at the first.</summary>
internal static class OptionsBuilder
{
    /// <param name="folder">Where relative paths to a board profile begin: the folder of station.json.</param>
    public static OptionsResult Build(StationFile file, string folder)
    {
        var errors = new List<FieldError>();
        var uplinks = UplinkRules.Build(file.Uplinks, errors);
        var identity = StationIdentity.Build(file.Identity, file.Station?.Id, uplinks, errors);
        uplinks = [.. uplinks.Select(uplink => uplink.Tls ? uplink with { Identity = identity } : uplink)];
        var board = Board(file.Board, folder, errors);
        var station = Station(file, uplinks is [{ Metered: true }], errors) with { Position = PositionOptionsBuilder.Position(file.Position, errors) };
        errors.AddRange(station.Validate());
        var options = new GatewayOptions
        {
            Station = station,
            Uplink = uplinks.Count > 0 ? uplinks[0] : new UplinkOptions { Host = "", Port = 0 },
            SecondUplink = uplinks.Count > 1 ? uplinks[1] : null,
            Board = board,
            JournalPath = file.Journal?.Path ?? "/var/lib/call112/journal.db",
            Panel = Panel(file.Panel, errors),
            TrustClock = Clock(file.Clock, board.Profile, errors),
            Gpsd = PositionOptionsBuilder.Gpsd(file.Position, errors),
            Display = Display(file.Display, board.Cabinet, errors),
            Cellular = CellularBuilder.Cellular(file.Cellular, [.. uplinks.Select(uplink => uplink.Name)], errors),
            Sms = CellularBuilder.Sms(file.Sms, file.Station?.Id, file.Cellular is not null, folder, errors),
            UpdatesFolder = file.Updates?.Folder,
        };
        if (options.UpdatesFolder is { } updates && (!Path.IsPathFullyQualified(updates) || updates.Contains('\0', StringComparison.Ordinal)))
            errors.Add(new FieldError("updates.folder", "must be the full path of a folder"));
        if (options.JournalPath.Length == 0)
            errors.Add(new FieldError("journal.path", "must not be empty"));
        else if (options.JournalPath.Contains('\0', StringComparison.Ordinal))
            errors.Add(new FieldError("journal.path", "must be a path"));
        return errors.Count == 0 ? new OptionsResult(options, []) : new OptionsResult(null, errors);
    }

    private static BoardOptions Board(StationFile.BoardPart? part, string folder, List<FieldError> errors)
    {
        var profile = part?.Profile ?? BoardOptions.SimulatedProfile;
        if (profile == BoardOptions.SimulatedProfile)
            return new BoardOptions { TracePath = part?.Trace };
        if (part?.Trace is not null)
            errors.Add(new FieldError("board.trace", $"only the board '{BoardOptions.SimulatedProfile}' writes a trace"));
        if (profile.Length == 0 || profile.Contains('\0', StringComparison.Ordinal))
        {
            errors.Add(new FieldError("board.profile", $"must be '{BoardOptions.SimulatedProfile}' or the path of a board profile"));
            return new BoardOptions { Profile = profile };
        }

        var path = Path.GetFullPath(profile, Path.GetFullPath(folder));
        if (!File.Exists(path))
        {
            errors.Add(new FieldError(
                "board.profile", $"no file '{path}'; write '{BoardOptions.SimulatedProfile}' or the path of a board profile (hardware/boards)"));
            return new BoardOptions { Profile = path };
        }

        var read = ProfileReader.Read(path);
        foreach (var error in read.Errors)
            errors.Add(new FieldError("board.profile", error.Field.Length == 0 ? error.Reason : $"{path}: {error}"));
        return new BoardOptions { Profile = path, Cabinet = read.Profile };
    }

    private static DisplayOptions? Display(StationFile.DisplayPart? part, BoardProfile? cabinet, List<FieldError> errors)
    {
        if (part is null)
            return null;
        if (!DisplayOptions.AreSupported)
        {
            errors.Add(new FieldError(
                "display", "this build drives no display; take it out, or build with -p:IotBindings=true (src/Call112.Gateway.IotBindings)"));
            return null;
        }

        var display = new DisplayOptions(part.Kind ?? "", part.I2cBus ?? 1, part.Address ?? DisplayOptions.UsualAddress);
        if (display.Kind is not (DisplayOptions.Lcd1602 or DisplayOptions.Lcd2004))
            errors.Add(new FieldError("display.kind", $"'{display.Kind}' must be {DisplayOptions.Lcd1602} or {DisplayOptions.Lcd2004}"));
        if (display.I2cBus < 0)
            errors.Add(new FieldError("display.i2cBus", $"must be 0 or more, is {display.I2cBus}; a Pi's header has bus 1"));
        if (display.Address is not ((>= 0x20 and <= 0x27) or (>= 0x38 and <= 0x3F)))
            errors.Add(new FieldError(
                "display.address",
                $"must be 32 to 39 (PCF8574) or 56 to 63 (PCF8574A), is {display.Address}; 'i2cdetect -y 1' shows it in hex"));
        var taken = cabinet?.I2cBus != display.I2cBus ? null
            : cabinet.Devices?.FirstOrDefault(device => device.Address == display.Address)?.Name
                ?? cabinet.Hats?.FirstOrDefault(hat => hat.I2c?.Contains(display.Address) == true)?.Name;
        if (taken is not null)
            errors.Add(new FieldError(
                "display.address",
                $"{display.Address} is the address of '{taken}' in the board profile; change the display's jumpers A0 to A2"));
        return display;
    }

    private static StationOptions Station(StationFile file, bool metered, List<FieldError> errors)
    {
        var part = file.Station ?? new StationFile.StationPart();
        if (part.Id is null)
            errors.Add(new FieldError("station.id", "missing"));
        return new StationOptions
        {
            // A missing id is reported above; the placeholder keeps Validate from reporting it twice.
            Id = part.Id ?? "missing",
            Name = part.Name ?? part.Id ?? "",
            Groups = part.Groups ?? [],
            Kind = Named(part.Kind, "station.kind", StationKind.Puskesmas, errors),
            Annunciation = part.Annunciation is null ? null : Named(part.Annunciation, "station.annunciation", AnnunciationStyle.Siren, errors),
            DutyHours = [.. (part.DutyHours ?? []).Select((window, i) => Duty(window, $"station.dutyHours[{i}]", errors))],
            UtcOffsetMinutes = part.UtcOffsetMinutes ?? 480,
            PanicSiren = part.PanicSiren ?? false,
            Timing = Timing(file.Timing ?? new StationFile.TimingPart(), metered),
        };
    }

    /// <param name="metered">The only uplink is metered: then the limits of a link are those of the metered profile, under both names.</param>
    private static StationTiming Timing(StationFile.TimingPart part, bool metered)
    {
        var defaults = new StationTiming();
        if (metered)
        {
            defaults = defaults with { LinkSuspectAfter = defaults.MeteredSuspectAfter, LinkLostAfter = defaults.MeteredLostAfter };
            part = part with
            {
                MeteredSuspectAfterSeconds = part.MeteredSuspectAfterSeconds ?? part.LinkSuspectAfterSeconds,
                MeteredLostAfterSeconds = part.MeteredLostAfterSeconds ?? part.LinkLostAfterSeconds,
            };
        }

        return new StationTiming
        {
            SirenFirst = Seconds(part.SirenFirstSeconds, defaults.SirenFirst),
            SirenBurst = Seconds(part.SirenBurstSeconds, defaults.SirenBurst),
            SirenBurstPeriod = Seconds(part.SirenBurstPeriodSeconds, defaults.SirenBurstPeriod),
            SirenLimit = Seconds(part.SirenLimitSeconds, defaults.SirenLimit),
            RemindAfter = Seconds(part.RemindAfterSeconds, defaults.RemindAfter),
            UnacknowledgedAfter = Seconds(part.UnacknowledgedAfterSeconds, defaults.UnacknowledgedAfter),
            UnacknowledgedAfterFire = Seconds(part.UnacknowledgedAfterFireSeconds, defaults.UnacknowledgedAfterFire),
            Chime = Seconds(part.ChimeSeconds, defaults.Chime),
            OutOfHoursChime = Seconds(part.OutOfHoursChimeSeconds, defaults.OutOfHoursChime),
            TaskLimit = Seconds(part.TaskLimitSeconds, defaults.TaskLimit),
            DoorPulse = Seconds(part.DoorPulseSeconds, defaults.DoorPulse),
            Settle = Seconds(part.SettleSeconds, defaults.Settle),
            Release = Seconds(part.ReleaseSeconds, defaults.Release),
            PanicClearHold = Seconds(part.PanicClearHoldSeconds, defaults.PanicClearHold),
            InputStuckAfter = Seconds(part.InputStuckAfterSeconds, defaults.InputStuckAfter),
            InputRestoredAfter = Seconds(part.InputRestoredAfterSeconds, defaults.InputRestoredAfter),
            LoopBrokenAfter = Seconds(part.LoopBrokenAfterSeconds, defaults.LoopBrokenAfter),
            ReadBackWithin = Seconds(part.ReadBackWithinSeconds, defaults.ReadBackWithin),
            OutputRetry = Seconds(part.OutputRetrySeconds, defaults.OutputRetry),
            LinkSuspectAfter = Seconds(part.LinkSuspectAfterSeconds, defaults.LinkSuspectAfter),
            LinkLostAfter = Seconds(part.LinkLostAfterSeconds, defaults.LinkLostAfter),
            MeteredSuspectAfter = Seconds(part.MeteredSuspectAfterSeconds, defaults.MeteredSuspectAfter),
            MeteredLostAfter = Seconds(part.MeteredLostAfterSeconds, defaults.MeteredLostAfter),
            ReceiptWithin = Seconds(part.ReceiptWithinSeconds, defaults.ReceiptWithin),
            LostChirpEvery = Seconds(part.LostChirpEverySeconds, defaults.LostChirpEvery),
            Chirp = Seconds(part.ChirpSeconds, defaults.Chirp),
            SelfTest = Seconds(part.SelfTestSeconds, defaults.SelfTest),
            Identify = Seconds(part.IdentifySeconds, defaults.Identify),
            TimeMarkEvery = Seconds(part.TimeMarkEverySeconds, defaults.TimeMarkEvery),
            ClockStep = Seconds(part.ClockStepSeconds, defaults.ClockStep),
        };
    }

    private static PanelListen? Panel(StationFile.PanelPart? part, List<FieldError> errors)
    {
        var listen = part?.Listen ?? PanelListen.Usual.ToString();
        if (listen == "off")
            return null;
        if (PanelListen.Parse(listen) is { } parsed)
            return parsed;
        errors.Add(new FieldError("panel.listen", $"'{listen}' must be address:port (an IP address, or localhost with a port), or off"));
        return null;
    }

    private static bool Clock(StationFile.ClockPart? part, string profile, List<FieldError> errors)
    {
        switch (part?.Source)
        {
            case null:
                return profile == BoardOptions.SimulatedProfile;
            case "trusted":
                return true;
            case "kernel":
                return false;
            default:
                errors.Add(new FieldError("clock.source", $"'{part.Source}' must be kernel or trusted"));
                return false;
        }
    }

    private static DutyWindow Duty(StationFile.DutyPart? part, string path, List<FieldError> errors)
    {
        var days = new List<DayOfWeek>();
        foreach (var day in part?.Days ?? [])
            // An empty place in the list is no day.
            days.Add(Named(day ?? "", $"{path}.days", DayOfWeek.Monday, errors));
        return new DutyWindow(Hour(part?.From, $"{path}.from", errors), Hour(part?.To, $"{path}.to", errors), days);
    }

    private static TimeOnly Hour(string? text, string path, List<FieldError> errors)
    {
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return time;
        errors.Add(new FieldError(path, $"'{text}' must be a time such as 07:30"));
        return default;
    }

    private static T Named<T>(string? text, string path, T missing, List<FieldError> errors)
        where T : struct, Enum
    {
        if (text is null)
            return missing;
        if (Enum.TryParse<T>(text, out var value) && Enum.GetName(value) == text)
            return value;
        errors.Add(new FieldError(path, $"'{text}' must be one of {string.Join(' ', Enum.GetNames<T>())}"));
        return missing;
    }

    internal static TimeSpan Seconds(double? seconds, TimeSpan missing) => seconds switch
    {
        null => missing,
        // What is no time at all ends outside every limit, and Validate names the field.
        { } value when !double.IsFinite(value) || Math.Abs(value) > 1e9 => TimeSpan.MinValue,
        { } value => TimeSpan.FromSeconds(value),
    };
}
