using Call112.Center.Book;
using Call112.Simulation.Cellular;
using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// The last path (decision 0018): while no line carries anything, a live dispatch is heard by SMS, if from its acceptance on nothing stood between
/// the centre, the city's gateway, the mobile network, the modem and the relays.
/// </summary>
internal sealed class SmsIsHeard(SimulatedCity city) : Invariant(city)
{
    /// <summary>
    /// The book waits 30 s, the net takes 7 s at most, and a station that does not know yet that it is cut off looks for texts once a minute.
    /// </summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(130);

    private readonly Dictionary<StationNode, TimeSpan> _openSince = [];
    private readonly Dictionary<(Guid Id, string Station), TimeSpan> _targetedAt = [];

    public override string Name => "heard by SMS";

    public override void Watch()
    {
        City.Center.Happened += effect =>
        {
            if (effect is StoreTarget { Row: var row })
                _targetedAt.TryAdd((row.DispatchId, row.StationId), City.Schedule.Now);
        };
        Look();
    }

    private void Look()
    {
        foreach (var station in City.Stations)
            if (station is { HasSms: true, Modem: { } modem })
                Look(station, modem, City.Schedule.Now);
        City.Schedule.After(TimeSpan.FromSeconds(2), Look);
    }

    private void Look(StationNode station, SimulatedModem modem, TimeSpan now)
    {
        if (!IsOpen(station, modem))
        {
            _openSince.Remove(station);
            return;
        }

        var before = _openSince.TryGetValue(station, out var known) ? known : now;
        var open = _openSince[station] = Latest(before, modem.SmsChangedAt, City.SmsNet.ChangedAt, station.StartedAt);
        foreach (var dispatch in City.Truth.Waiting)
            if (dispatch.Heard.TryGetValue(station.Id, out var heard) && !heard && !dispatch.IsCancelled && dispatch.EndsAt > now
                && _targetedAt.TryGetValue((dispatch.Id, station.Id), out var at) && at >= open && now - at > Within)
                Break($"{station.Id} could have had {dispatch.Id} by SMS for {(now - at).TotalSeconds:0} s, and has not heard it");
    }

    private bool IsOpen(StationNode station, SimulatedModem modem) =>
        City.Center.IsUp && station.IsUp && City.SmsNet.Noise.IsQuiet && modem.CarriesSms && !City.MarksOf(station).WasCloned
        && station.Cabinet is { IsSilent: false, StuckOff: Outputs.None, StuckOn: Outputs.None, IsCardGone: false }
        && !station.Disk.IsBroken && station.DiskTakes < TimeSpan.FromSeconds(1);

    private static TimeSpan Latest(params ReadOnlySpan<TimeSpan> times)
    {
        var latest = times[0];
        foreach (var time in times)
            latest = time > latest ? time : latest;
        return latest;
    }
}
