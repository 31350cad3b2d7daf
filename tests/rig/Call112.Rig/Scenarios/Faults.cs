using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.Rig.Chips;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Scenarios;

/// <summary>A line that is taken, a relay that does not follow, a button that sticks, a loop that is cut.</summary>
internal static class Faults
{
    /// <summary>How long an output may read back wrong before it is a fault, ms (design, promise 4).</summary>
    private const double ReadBackMs = 500;

    public static async Task HeldLineAsync(Bench bench, Findings findings)
    {
        const string holder = "rig-other-program";
        await using var station = await Station.BuildAsync(bench, "held-line");
        var cabinet = station.Cabinet;
        foreach (var line in new[] { Cabinet.Siren.Line, Cabinet.Acknowledge.Line })
        {
            var began = Wait.MonotonicNs;
            using (new HeldLine(cabinet.Chip, line, holder))
            {
                station.Start();
                var (code, said) = await station.EndAsync();
                findings.Check(code is > 0 and < 128, $"exit code {code} with GPIO{line} held");
                findings.Check(said.Contains($"GPIO{line}", StringComparison.Ordinal), $"the error does not name GPIO{line}: {said}");
                findings.Check(said.Contains(holder, StringComparison.Ordinal), $"the error does not name the holder: {said}");
            }

            foreach (var output in Cabinet.Outputs)
                findings.Check(bench.Trace.FirstDriven(cabinet.Chip, output.Line, output.OnLevel, began) is null, $"{output.Function} was driven on at a start that failed");
            findings.Check(cabinet.FirstUnsafe() is null, $"{cabinet.FirstUnsafe()} is on after a start that failed");
            findings.Done();
        }

        await station.StartReadyAsync();
        findings.Check(!station.HasExited, "it does not start once the line is free");
    }

    /// <summary>The siren has a second pole. It follows; it stays off (burnt coil); it stays on (welded contact).</summary>
    public static async Task ReadBackAsync(Bench bench, Findings findings)
    {
        const double slackMs = 300;
        await using var station = await Station.BuildAsync(bench, "read-back", feedback: true);
        var cabinet = station.Cabinet;
        using var relay = new Relay(cabinet);
        await station.StartReadyAsync();
        var faults = new List<double>();
        // An output that fails more than five times in ten minutes chatters, and its fault ends only after a minute's rest.
        for (var round = 0; round < 2; round++)
        {
            relay.Follows = true;
            var good = await station.AlertAsync();
            await station.HearsAsync(ReportEvent.Sounding, good);
            await station.CancelAsync(good);
            await station.HearsAsync(ReportEvent.Cancelled, good);
            // The contact too: one that were held closed from here on would show a siren that obeys.
            await Wait.UntilAsync(() => !cabinet.IsOn(Cabinet.Siren) && !relay.IsClosed, "the siren is off");

            relay.Follows = false;
            var before = station.Count(ReportEvent.OutputFault);
            var sent = Wait.MonotonicNs;
            var silent = await station.AlertAsync();
            await Wait.UntilAsync(() => station.Count(ReportEvent.OutputFault) > before, "a siren that does not follow is a fault");
            faults.Add((Wait.MonotonicNs - sent) / 1e6);
            findings.Check(cabinet.IsOn(Cabinet.Siren), "the siren's relay is not driven any more");
            findings.Check(!station.Centre.Has(ReportEvent.Sounding, silent), "Sounding was reported, and nothing sounded");
            findings.Check(cabinet.IsOn(Cabinet.Door), "the other outputs did not go on");
            var restored = station.Count(ReportEvent.OutputRestored);
            relay.Follows = true;
            await station.HearsAsync(ReportEvent.Sounding, silent);
            await Wait.UntilAsync(() => station.Count(ReportEvent.OutputRestored) > restored, "the fault ends when the relay follows");

            relay.Follows = false;
            var welded = station.Count(ReportEvent.OutputFault);
            await station.CancelAsync(silent);
            await Wait.UntilAsync(() => station.Count(ReportEvent.OutputFault) > welded, "a contact that sticks is a fault");
            findings.Check(!cabinet.IsOn(Cabinet.Siren), "the siren's relay is still driven");
            findings.Done();
            relay.Follows = true;
            await Wait.UntilAsync(() => station.Count(ReportEvent.OutputRestored) > restored + 1, "the fault ends when the contact opens");
        }

        findings.Usual("dispatch to OutputFault at the centre", faults, ReadBackMs + slackMs, worstAtMostMs: ReadBackMs + 2_000);
        findings.Check(faults.Min() >= ReadBackMs, $"a fault was told after {faults.Min():0} ms, before the relay had its {ReadBackMs} ms");
        findings.Check(station.Centre.Reports().Where(report => report.Event == ReportEvent.OutputFault).All(report => report.Detail == "siren"), "a fault of another output was told");
    }

    public static async Task StuckAsync(Bench bench, Findings findings)
    {
        const double slackMs = 500;
        await using var station = await Station.BuildAsync(bench, "stuck");
        if (bench.Sizes.StuckLimitSeconds < 60)
            station.Json["timing"] = new JsonObject { ["inputStuckAfterSeconds"] = bench.Sizes.StuckLimitSeconds };
        await station.StartReadyAsync();
        var pressed = Wait.MonotonicNs;
        station.Cabinet.Set(Cabinet.Acknowledge, active: true);
        await station.HearsAsync(ReportEvent.InputStuck, within: TimeSpan.FromSeconds(bench.Sizes.StuckLimitSeconds + 5));
        findings.Worst("beyond the limit until InputStuck was at the centre", [(Wait.MonotonicNs - pressed) / 1e6 - bench.Sizes.StuckLimitSeconds * 1000], "ms", slackMs);
        findings.Check(station.Centre.Reports().Single(report => report.Event == ReportEvent.InputStuck).Detail == "acknowledge", "InputStuck names another input");

        var id = await station.AlertAsync();
        await station.HearsAsync(ReportEvent.Sounding, id);
        await Wait.Pause(TimeSpan.FromSeconds(Math.Max(0.5, bench.Sizes.StuckSeconds - bench.Sizes.StuckLimitSeconds)));
        findings.Check(!station.Centre.Has(ReportEvent.Acknowledged, id), "a stuck button acknowledged");
        station.Cabinet.Set(Cabinet.Acknowledge, active: false);
        await station.HearsAsync(ReportEvent.InputRestored);
        findings.Check(!station.Centre.Has(ReportEvent.Acknowledged, id), "letting go of a stuck button acknowledged");
        findings.Check(station.Cabinet.IsOn(Cabinet.Siren), "letting go of a stuck button silenced the siren");
        await station.PressAsync(Cabinet.Acknowledge, TimeSpan.FromMilliseconds(200));
        await station.HearsAsync(ReportEvent.Acknowledged, id);
        findings.Check(station.Count(ReportEvent.InputStuck) == 1, "InputStuck was told more than once");
        findings.Done();
    }

    /// <summary>A normally closed loop without end-of-line resistor: cut is pressed, and stays so until it is mended and TEST is held.</summary>
    public static async Task PanicCutAsync(Bench bench, Findings findings)
    {
        // The promise is 100 ms; journal, broker and centre share one slow processor here.
        const double settleMs = 20, reportMs = 200, lampMs = 50;
        await using var station = await Station.StartedAsync(bench, "panic-cut");
        var cabinet = station.Cabinet;
        var heard = new List<double>();
        var lamp = new List<double>();
        for (var i = 0; i < bench.Sizes.PanicCuts; i++)
        {
            var before = station.Count(ReportEvent.PanicPressed);
            var cut = Wait.MonotonicNs;
            cabinet.Set(Cabinet.Panic, active: true);
            await Wait.UntilAsync(() => station.Count(ReportEvent.PanicPressed) > before, "the centre hears of the panic loop");
            heard.Add((Wait.MonotonicNs - cut) / 1e6);
            await Wait.UntilAsync(() => bench.Trace.FirstDriven(cabinet.Chip, Cabinet.LampStatus.Line, Cabinet.LampStatus.OnLevel, cut) is not null, "the lamp blinks");
            lamp.Add((bench.Trace.FirstDriven(cabinet.Chip, Cabinet.LampStatus.Line, Cabinet.LampStatus.OnLevel, cut)!.Value - cut) / 1e6);
            findings.Check(!cabinet.IsOn(Cabinet.Siren), "the siren sounds, though panic is silent here");

            cabinet.Set(Cabinet.Panic, active: false);
            await Wait.Pause(TimeSpan.FromMilliseconds(200));
            var cleared = station.Count(ReportEvent.PanicCleared);
            cabinet.Set(Cabinet.Test, active: true);
            await Wait.UntilAsync(() => station.Count(ReportEvent.PanicCleared) > cleared, "TEST held for 3 s clears panic");
            cabinet.Set(Cabinet.Test, active: false);
            await Wait.Pause(TimeSpan.FromMilliseconds(200));
            findings.Check(station.Count(ReportEvent.PanicPressed) == before + 1, "one cut was reported more than once");
            findings.Done();
        }

        findings.Usual("loop cut to PanicPressed at the centre, settling time of 20 ms included", heard, settleMs + reportMs);
        findings.Usual("loop cut to the lamp's line", lamp, settleMs + lampMs);
    }

    /// <summary>Moves the siren relay's second pole some milliseconds after its coil, as long as it is told to.</summary>
    private sealed class Relay : IDisposable
    {
        private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(4);

        private readonly Cabinet _cabinet;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;

        public Relay(Cabinet cabinet)
        {
            _cabinet = cabinet;
            _run = Task.Run(RunAsync);
        }

        public bool Follows { get; set; } = true;

        public bool IsClosed { get; private set; }

        public void Dispose()
        {
            _stop.Cancel();
            _run.Wait(CancellationToken.None);
            _stop.Dispose();
        }

        private async Task RunAsync()
        {
            while (!_stop.IsCancellationRequested)
            {
                var on = _cabinet.IsOn(Cabinet.Siren);
                if (Follows && on != IsClosed)
                {
                    _cabinet.Chip.Pull(Cabinet.SirenFeedback, high: !on);
                    IsClosed = on;
                }

                await Wait.Pause(s_lookEvery);
            }
        }
    }
}
