using Call112.Gateway.Options;
using Call112.Messages;

namespace Call112.Gateway.Commissioning;

/// <summary>The tests that need nobody: what the station says of its lines, its clock, its place and itself.</summary>
internal sealed class MachineTests(CommissionPlace place)
{
    /// <summary>For how long a line and the centre must be there.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromSeconds(30);

    /// <summary>How long lines and clock may take to come.</summary>
    public static readonly TimeSpan LinksWithin = TimeSpan.FromMinutes(3), ClockWithin = TimeSpan.FromMinutes(3);

    /// <summary>How long a receiver may take: a cold one needs minutes for its first fix.</summary>
    public static readonly TimeSpan PositionWithin = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(1);

    public async Task<Finding> LinkAsync(UplinkOptions uplink, CancellationToken cancel)
    {
        // A metered line is believed for longer without a proof; half a minute might hold none at all.
        var steady = uplink.Metered && place.Options.Station.Timing.MeteredLink.LostAfter > Steady ? place.Options.Station.Timing.MeteredLink.LostAfter : Steady;
        var within = steady * 2 > LinksWithin ? steady * 2 : LinksWithin;
        var rule = new SteadyLinkRule(uplink.Name, steady);
        place.Dialogue.Say("wait.Links", ("subject", uplink.Name), ("seconds", $"{steady.TotalSeconds:0}"), ("minutes", $"{within.TotalMinutes:0}"));
        var began = place.Time.GetTimestamp();
        while (true)
        {
            var picture = await place.LookAsync(cancel);
            rule.Take(picture, place.Time.GetElapsedTime(began));
            if (rule.Found is { } found)
                return found;
            if (place.Time.GetElapsedTime(began) >= within)
                return Finding.Failed(rule.Missing.Length > 0 ? rule.Missing : "not for long enough without a break");
            await Task.Delay(s_lookEvery, place.Time, cancel);
        }
    }

    public Task<Finding> SignalAsync(CancellationToken cancel) =>
        place.Options.Cellular is null ? Task.FromResult(Finding.NotPresent("no modem is configured")) : place.Signal(cancel);

    public Task<Finding> PositionAsync(CancellationToken cancel)
    {
        var options = place.Options.Station.Position;
        return UntilAsync(
            picture => PictureRules.Position(options, place.Options.Gpsd is not null, picture?.Gnss),
            // What people measured needs no receiver; one that contradicts it may have been wrong just now.
            options.Surveyed is null ? "wait.Position" : null,
            PositionWithin,
            cancel);
    }

    public Task<Finding> ClockAsync(CancellationToken cancel) => UntilAsync(PictureRules.Clock, "wait.Clock", ClockWithin, cancel);

    public async Task<Finding> HealthAsync(CancellationToken cancel) => PictureRules.Health(await place.LookAsync(cancel), place.Journal.Check());

    /// <summary>Looks until nothing fails, or the time is over.</summary>
    /// <param name="key">Said when it has to be waited for; null: it is not waited for.</param>
    private async Task<Finding> UntilAsync(Func<StationPicture?, Finding> judge, string? key, TimeSpan within, CancellationToken cancel)
    {
        var began = place.Time.GetTimestamp();
        var isSaid = false;
        while (true)
        {
            var found = judge(await place.LookAsync(cancel));
            if (found.Result != AcceptanceResult.Failed || key is null || place.Time.GetElapsedTime(began) >= within)
                return found;
            if (!isSaid)
                place.Dialogue.Say(key, ("minutes", $"{within.TotalMinutes:0}"));
            isSaid = true;
            await Task.Delay(s_lookEvery, place.Time, cancel);
        }
    }
}
