using Call112.Gateway.Options;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Position;

/// <summary>The doctor's look at the receiver: listens for a while with the client and the filter of the service.</summary>
internal static class GnssCheck
{
    /// <summary>Longest look: three fixes of a receiver that tells one a second, and a margin.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(6);

    /// <returns>What was found, and what to do about it; null when nothing needs to be done.</returns>
    public static async Task<(string Verdict, string? Remedy)> RunAsync(GatewayOptions options, TimeProvider time, CancellationToken cancel)
    {
        var surveyed = options.Station.Position.Surveyed;
        if (options.Gpsd is not { } gpsd)
            return (surveyed is null ? "no receiver configured, and no surveyed position" : "no receiver configured", null);
        var began = time.GetTimestamp();
        var state = StationState.Empty;
        var release = "";
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var client = new GnssClient(gpsd, Post, time, new Random(1), NullLogger<GnssClient>.Instance);
        client.Greeted += text => release = $" {text}";
        look.CancelAfter(s_look);
        await client.RunAsync(look.Token);
        cancel.ThrowIfCancellationRequested();
        return Judge($"gpsd{release} {gpsd}", state.Senses.Gnss, time.GetElapsedTime(began), surveyed);

        ValueTask Post(StationInput input)
        {
            state = StationCore.Apply(state, input, new StationTime(time.GetElapsedTime(began), default, ClockState.Unsynchronized), options.Station).State;
            if (state.Senses.Gnss.Filter.Believed > 0 || state.Senses.Gnss.Link == GnssLink.Unreachable)
                look.Cancel();
            return ValueTask.CompletedTask;
        }
    }

    private static (string Verdict, string? Remedy) Judge(string gpsd, GnssSense gnss, TimeSpan now, GeoPoint? surveyed)
    {
        var reading = gnss.ReadingAt(now, surveyed);
        return reading?.State switch
        {
            null => ($"{gpsd}: connected, nothing heard in {now.TotalSeconds:0} s", "check the receiver's port in /etc/call112/gpsd or /etc/default/gpsd, and that the modem has GNSS switched on"),
            GnssState.Unreachable => ($"{gpsd}: {gnss.LinkDetail}", "check that gpsd runs (systemctl status gpsd) and position.gpsd in station.json"),
            GnssState.NoReceiver => ($"{gpsd}: {gnss.LinkDetail}", "check the receiver's port in /etc/call112/gpsd or /etc/default/gpsd, and that the modem has GNSS switched on"),
            GnssState.Silent => ($"{gpsd}: {gnss.LinkDetail}", "switch GNSS on in the modem (mmcli -m any --location-enable-gps-unmanaged)"),
            GnssState.NoFix => ($"{gpsd}: no fix", "give the antenna a free view of the sky and wait some minutes; alerts do not need it"),
            GnssState.Unproven => (
                $"{gpsd}: fixes come, none is believed: {gnss.Filter.Newest?.Verdict.Refusal?.ToString() ?? "not yet three in a row"}",
                "wait some minutes with a free view of the sky; WrongYear means that the receiver's week counter has rolled over"),
            _ => (Fixed(gpsd, reading, surveyed), null),
        };
    }

    private static string Fixed(string gpsd, GnssReading reading, GeoPoint? surveyed)
    {
        var off = surveyed is null ? "no surveyed position: a moved box is not told" : FormattableString.Invariant($"{reading.OffSurveyedM:0} m off the surveyed position");
        return FormattableString.Invariant(
            $"{gpsd}: mode {reading.Mode}, {reading.SatellitesUsed} satellites, {reading.Latitude:0.00000} {reading.Longitude:0.00000} ± {reading.HorizontalErrorM:0} m; {off}");
    }
}
