using System.Globalization;

namespace Call112.Gateway.Options;

/// <summary>The effective options as a station.json that says everything.</summary>
internal static class OptionsWriter
{
    public static StationFile ToFile(GatewayOptions options)
    {
        var station = options.Station;
        return new StationFile(
            new StationFile.StationPart(
                station.Id,
                station.Name,
                station.Groups,
                station.Kind.ToString(),
                station.Style.ToString(),
                [.. station.DutyHours.Select(window => new StationFile.DutyPart(Hour(window.From), Hour(window.To), [.. window.Days.Select(day => day.ToString())]))],
                station.UtcOffsetMinutes,
                station.PanicSiren),
            [.. options.Uplinks.Select(Uplink)],
            new StationFile.BoardPart(options.Board.Profile, options.Board.TracePath),
            new StationFile.JournalPart(options.JournalPath),
            new StationFile.PanelPart(options.Panel?.ToString() ?? "off"),
            new StationFile.ClockPart(options.TrustClock ? "trusted" : "kernel"),
            Timing(station.Timing),
            options.Display is { } display ? new StationFile.DisplayPart(display.Kind, display.I2cBus, display.Address) : null,
            PositionOptionsBuilder.ToPart(options),
            CellularBuilder.ToFile(options.Cellular),
            CellularBuilder.ToFile(options.Sms),
            StationIdentity.ToFile(options.Uplinks.Select(uplink => uplink.Identity).FirstOrDefault(identity => identity is not null)),
            options.UpdatesFolder is { } updates ? new StationFile.UpdatesPart(updates) : null);
    }

    private static StationFile.UplinkPart Uplink(UplinkOptions uplink) => new(
        uplink.Name,
        uplink.ToString(),
        uplink.Interface,
        uplink.Metered,
        uplink.Username,
        uplink.PasswordFile,
        uplink.CaFile,
        uplink.CertificateFile,
        uplink.KeyFile);

    private static StationFile.TimingPart Timing(Call112.Station.StationTiming timing) => new(
        timing.SirenFirst.TotalSeconds,
        timing.SirenBurst.TotalSeconds,
        timing.SirenBurstPeriod.TotalSeconds,
        timing.SirenLimit.TotalSeconds,
        timing.RemindAfter.TotalSeconds,
        timing.UnacknowledgedAfter.TotalSeconds,
        timing.UnacknowledgedAfterFire.TotalSeconds,
        timing.Chime.TotalSeconds,
        timing.OutOfHoursChime.TotalSeconds,
        timing.TaskLimit.TotalSeconds,
        timing.DoorPulse.TotalSeconds,
        timing.Settle.TotalSeconds,
        timing.Release.TotalSeconds,
        timing.PanicClearHold.TotalSeconds,
        timing.InputStuckAfter.TotalSeconds,
        timing.InputRestoredAfter.TotalSeconds,
        timing.LoopBrokenAfter.TotalSeconds,
        timing.ReadBackWithin.TotalSeconds,
        timing.OutputRetry.TotalSeconds,
        timing.LinkSuspectAfter.TotalSeconds,
        timing.LinkLostAfter.TotalSeconds,
        timing.MeteredSuspectAfter.TotalSeconds,
        timing.MeteredLostAfter.TotalSeconds,
        timing.ReceiptWithin.TotalSeconds,
        timing.LostChirpEvery.TotalSeconds,
        timing.Chirp.TotalSeconds,
        timing.SelfTest.TotalSeconds,
        timing.Identify.TotalSeconds,
        timing.TimeMarkEvery.TotalSeconds,
        timing.ClockStep.TotalSeconds);

    private static string Hour(TimeOnly time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);
}
