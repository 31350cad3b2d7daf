using Call112.Messages;
using Call112.Simulation.Cellular;
using Call112.Simulation.City;
using Call112.Simulation.Time;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// The recovery ladder (F15, decision 0017), held against what was really done to the modem and to the computer: no reboot while an alert is open or
/// an output is on, none within 6 h of the last, no rung for a lost registration alone before its time, the bottom again after proof of use, each
/// rung in a report, and a modem that stays dead is not left alone.
/// </summary>
internal sealed class ModemIsMended(SimulatedCity city) : Invariant(city)
{
    /// <summary>Issue 5: at most one in 6 h. What a reboot itself takes is not known to a clock that is not synchronised.</summary>
    private static readonly TimeSpan s_rebootEvery = TimeSpan.FromHours(6);

    /// <summary>Between the last look and the program that reboots lies its start.</summary>
    private static readonly TimeSpan s_lastLook = TimeSpan.FromSeconds(1);

    /// <summary>The longest rung; for so long nobody looks at the evidence.</summary>
    private static readonly TimeSpan s_rungTakes = TimeSpan.FromSeconds(70);

    private static readonly TimeSpan s_provedFor = TimeSpan.FromSeconds(75), s_reportedWithin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);

    /// <summary>What some looks at a modem that hangs cost: each waits for the tool's deadline, and for the next one.</summary>
    private static readonly TimeSpan s_looksTake = TimeSpan.FromSeconds(120);

    private readonly Dictionary<StationNode, Watched> _watched = [];

    public override string Name => "the modem is mended by its ladder";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            if (station is { Modem: { } modem, Cellular: not null })
            {
                var watched = _watched[station] = new Watched();
                modem.Used += rung => Used(station, modem, watched, rung);
                station.Ticked += () => Look(station, modem, watched);
                station.Started += () => watched.Begin(City.Schedule.Now);
                station.ReportsReady += () => Read(station, watched);
            }

        Wait();
    }

    private void Used(StationNode station, SimulatedModem modem, Watched watched, ModemRung rung)
    {
        if (station.Loop?.State is not { } state)
            return;
        var (now, ladder) = (City.Schedule.Now, station.Cellular!.Ladder);
        if (City.MarksOf(station).WasCloned)
        {
            // Two boxes disturb each other's proofs; that something was done counts all the same (seed 50901).
            watched.UsedAt = now;
            return;
        }

        if (rung == ModemRung.PiReboot)
            Reboots(station, state, watched, now);
        // A modem that also left the bus meanwhile has more than a lost registration.
        if (modem is { Trouble: ModemTrouble.NoNetwork, TroubleSince: { } since } && modem.AbsentAt < since
            && now - since > ladder.Patience + s_rungTakes && now - since < ladder.RegistrationPatience)
            Break($"{station.Id} takes {rung} for a registration that has been lost for {(now - since).TotalSeconds:0} s");
        // Without a modem ModemManager can do nothing: then the bus is the lowest.
        var lowest = now - modem.AbsentAt < s_rungTakes + s_provedFor ? ModemRung.UsbReenumeration
            : station.Cellular.Connection is null ? ModemRung.DisableEnable : ModemRung.Reconnect;
        if (watched.IsProved && rung > lowest)
            Break($"{station.Id} takes {rung} first after its link was proved");
        (watched.IsProved, watched.ProvedSince, watched.UsedAt) = (false, null, now);
        var life = station.Life;
        City.Schedule.After(s_reportedWithin, () => Reported(station, life, watched, rung, now));
    }

    private void Reboots(StationNode station, StationState state, Watched watched, TimeSpan now)
    {
        foreach (var alert in state.Alerts)
            if (station.Monotonic - alert.ReceivedAt > s_lastLook)
                Break($"{station.Id} reboots while {alert.Id} is open");
        if (watched.OnSince is { } since && now - since > s_lastLook)
            Break($"{station.Id} reboots while {station.Cabinet.Asked} is on");
        if (watched.RebootedAt is { } last && now - last < s_rebootEvery && !City.MarksOf(station).JournalWasLost)
            Break($"{station.Id} reboots {(now - last).TotalMinutes:0} min after the last time");
        watched.RebootedAt = now;
    }

    private void Reported(StationNode station, Life? life, Watched watched, ModemRung rung, TimeSpan usedAt)
    {
        // One that was killed meanwhile, or whose disk fails, may not have had the time.
        if (station.Life != life || !station.IsUp || City.MarksOf(station).DiskWasBroken || station.DiskTakes > s_lastLook)
            return;
        if (!watched.Told.TryGetValue(rung, out var told) || told < usedAt - s_rungTakes)
            Break($"{station.Id} has taken {rung} at {usedAt.TotalSeconds:0.0} s, and has not reported it");
    }

    private void Read(StationNode station, Watched watched)
    {
        if (station.Loop is not { } loop)
            return;
        foreach (var report in loop.ReadReports(watched.Read, 1_000))
        {
            watched.Read = report.Sequence;
            if (report.Event == ReportEvent.ModemReset && report.BootId == loop.BootId
                && Enum.TryParse<ModemRung>(report.Detail!.Split(':')[0], out var rung))
                watched.Told[rung] = City.Schedule.Now;
        }
    }

    private void Look(StationNode station, SimulatedModem modem, Watched watched)
    {
        var now = City.Schedule.Now;
        watched.OnSince = (station.Cabinet.Asked & ~Outputs.LampLink) == Outputs.None ? null : watched.OnSince ?? now;
        if (station.Loop?.State is not { } state)
            return;
        var isUp = modem.Trouble == ModemTrouble.None
            && state.VerdictOn(station.Cellular!.Uplink, station.Options.Timing, station.Monotonic) == LinkVerdict.Up;
        watched.ProvedSince = isUp ? watched.ProvedSince ?? now : null;
        watched.IsProved |= now - watched.ProvedSince > s_provedFor;
    }

    /// <summary>
    /// The first rung of a run must come: by the verdict on a metered link, the ladder's patience, and what a hanging modem costs to look at.
    /// </summary>
    private void Wait()
    {
        foreach (var (station, watched) in _watched)
        {
            if (station.Modem is not { Trouble: ModemTrouble.Vanished or ModemTrouble.Hung or ModemTrouble.Mute, TroubleSince: { } since }
                || !station.IsUp || watched.UsedAt is not null)
                continue;
            // What a run has never seen, and has no lines to, it can bring back only by a reboot, much later.
            var seen = station.Cellular!.ObserveEvery + s_lookEvery;
            var wasSeen = since - watched.BeganAt > seen && since - station.Modem.SeenFrom > seen;
            if (!wasSeen && !station.HasHat && station.Modem.Trouble != ModemTrouble.Mute)
                continue;
            var began = since > watched.BeganAt ? since : watched.BeganAt;
            var (timing, lasted) = (station.Options.Timing, City.Schedule.Now - began);
            var known = timing.MeteredLostAfter + timing.LinkLostAfter + station.Cellular.ObserveEvery + s_looksTake;
            if (lasted > known + station.Cellular.Ladder.Patience)
                Break($"the modem of {station.Id} has been {station.Modem.Trouble} for {lasted.TotalSeconds:0} s, and nothing was done");
        }

        City.Schedule.After(s_lookEvery, Wait);
    }

    private sealed class Watched
    {
        public TimeSpan BeganAt { get; private set; }

        public TimeSpan? RebootedAt { get; set; }

        /// <summary>The newest rung of this run; null before the first.</summary>
        public TimeSpan? UsedAt { get; set; }

        /// <summary>An output other than the link lamp has been on since then.</summary>
        public TimeSpan? OnSince { get; set; }

        public TimeSpan? ProvedSince { get; set; }

        /// <summary>The link was proved for long enough since the last rung.</summary>
        public bool IsProved { get; set; }

        public Dictionary<ModemRung, TimeSpan> Told { get; } = [];

        public long Read { get; set; }

        public void Begin(TimeSpan now)
        {
            (BeganAt, UsedAt, OnSince, ProvedSince, IsProved, Read) = (now, null, null, null, false, 0);
            Told.Clear();
        }
    }
}
