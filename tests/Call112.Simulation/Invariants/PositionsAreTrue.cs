using Call112.Messages;
using Call112.Simulation.City;
using Call112.Simulation.Gnss;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// GNSS is believed by rules (F5, F15, decision 0016), held against where the box really is: a surveyed post never moves on the centre's map; a box
/// counts as moved only after it has really been away for as long as the options say, and then it is told; no fix of a year outside the window is
/// believed, nor of another year than a synchronised clock's and its neighbours.
/// </summary>
internal sealed class PositionsAreTrue(SimulatedCity city) : Invariant(city)
{
    /// <summary>How exact a believed fix is, m: the drift that a receiver does not know of, and its own error.</summary>
    private const double ExactM = 120;

    /// <summary>Fixes come every 2 s, three make a belief, and the way back to honest ones takes as long as the lie was far.</summary>
    private static readonly TimeSpan s_believedWithin = TimeSpan.FromSeconds(30);


    private readonly Dictionary<StationNode, Watched> _watched = [];

    public override string Name => "positions are true";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            if (station.Gpsd is { } gpsd)
            {
                var watched = _watched[station] = new Watched();
                station.Started += () => watched.Begin(City.Schedule.Now);
                station.Ticked += () => Look(station, gpsd, watched);
                station.ReportsReady += () => Read(station, watched);
            }

        City.Center.TelemetryTaken += Taken;
    }

    private void Taken(Telemetry telemetry)
    {
        // What an earlier run has told may come late.
        if (City.Find(telemetry.StationId) is not { Gpsd: { } gpsd } station || telemetry.BootId != station.Loop?.BootId)
            return;
        if (station.Options.Position.Surveyed is { } post)
        {
            if (telemetry.Latitude != post.Latitude || telemetry.Longitude != post.Longitude)
                Break($"the surveyed post {station.Id} tells {telemetry.Latitude} {telemetry.Longitude}, source {telemetry.PositionSource}");
        }
        else if (!_watched[station].IsMisled && telemetry is { Latitude: { } latitude, Longitude: { } longitude }
            && IsFalse(gpsd, new GeoPoint(latitude, longitude)))
            Break($"{station.Id} tells that it is at {latitude} {longitude}, and has never been there");
    }

    /// <summary>Farther from the line between the post and where it was carried than a receiver can be wrong.</summary>
    private static bool IsFalse(SimulatedGpsd gpsd, GeoPoint told) =>
        told.DistanceTo(gpsd.Surveyed) > SimulatedCity.CarriedMaxM + ExactM || Math.Abs(told.Longitude - gpsd.Surveyed.Longitude) > 0.001;

    private void Look(StationNode station, SimulatedGpsd gpsd, Watched watched)
    {
        if (station.Loop?.State is not { } state)
            return;
        var (now, options) = (City.Schedule.Now, station.Options.Position);
        // Without a fresh belief of its own a run may take the wrong one of two places for the right one (decision 0016): nothing is promised of it.
        watched.IsMisled |= gpsd.Lie == GnssLie.Jumps && (watched.HonestAt is not { } honest || gpsd.JumpsFrom - honest > s_believedWithin);
        if (state.Senses.Gnss.Filter.LastBelieved is { } fix && fix.At != watched.FixAt)
        {
            watched.FixAt = fix.At;
            if (gpsd.Lie != GnssLie.Jumps)
                watched.HonestAt = now;
            // Whatever the station's own clock shows: a week counter that came round is 19 years beside.
            if (!options.Rules.IsYear(fix.Time.Year, station.Wall.True.Year))
                Break($"{station.Id} believes a fix of the year {fix.Time.Year}");
        }

        watched.AwaySince = gpsd.AwayM > options.MovedBeyondM - ExactM ? watched.AwaySince ?? now : null;
        var isHonest = gpsd.Lie == GnssLie.None && now - gpsd.LieChangedAt > options.MovedAfter + TimeSpan.FromMinutes(3);
        watched.SurelyAwaySince = isHonest && gpsd.AwayM > options.MovedBeyondM + ExactM ? watched.SurelyAwaySince ?? now : null;
        var since = Later(watched.SurelyAwaySince ?? now, watched.StartedAt);
        if (options.Surveyed is not null && !watched.IsTold && now - since > options.MovedAfter + s_believedWithin)
            Break($"{station.Id} has been {gpsd.AwayM:0} m away for {(now - since).TotalSeconds:0} s, and nobody was told");
    }

    private void Read(StationNode station, Watched watched)
    {
        if (station.Loop is not { } loop)
            return;
        foreach (var report in loop.ReadReports(watched.Read, 1_000))
        {
            watched.Read = report.Sequence;
            if (report.Event != ReportEvent.PositionMoved || report.BootId != loop.BootId)
                continue;
            watched.IsTold = true;
            var options = station.Options.Position;
            if (options.Surveyed is null)
                Break($"{station.Id}, which nobody has surveyed, says that it was moved: {report.Detail}");
            var away = City.Schedule.Now - (watched.AwaySince ?? City.Schedule.Now);
            if (away < options.MovedAfter && !watched.IsMisled)
                Break($"{station.Id} says that it was moved ({report.Detail}), and was away for {away.TotalSeconds:0} s");
        }
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class Watched
    {
        public long Read { get; set; }

        public TimeSpan StartedAt { get; private set; }

        public TimeSpan FixAt { get; set; }

        /// <summary>Since when an honest receiver may find it away.</summary>
        public TimeSpan? AwaySince { get; set; }

        /// <summary>Since when an honest receiver must.</summary>
        public TimeSpan? SurelyAwaySince { get; set; }

        /// <summary>When this run last believed an honest fix.</summary>
        public TimeSpan? HonestAt { get; set; }

        /// <summary>It may have begun with a lie.</summary>
        public bool IsMisled { get; set; }

        /// <summary>It was told in this run.</summary>
        public bool IsTold { get; set; }

        public void Begin(TimeSpan now) =>
            (Read, StartedAt, AwaySince, SurelyAwaySince, HonestAt, IsMisled, IsTold) = (0, now, null, null, null, false, false);
    }
}
