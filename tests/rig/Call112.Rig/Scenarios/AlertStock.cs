using Call112.Messages;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Scenarios;

/// <summary>
/// Acknowledged alerts of one station that wait for BERANGKAT. Each press takes exactly one of them a step on, so a press that is missed takes
/// none, and one that is doubled takes two.
/// Invariants: there are always more than <see cref="Low"/>, so that a doubled press finds a second one; it is filled up only between two
/// presses, for the work that an alert brings delays the sampler on the rig's one slow processor.
/// </summary>
internal sealed class AlertStock(Bench bench, Station station, Findings findings)
{
    private const int Full = 16, Low = 4;

    /// <summary>How long a release must be seen before the next press, ms: its settling time, two samples, and some.</summary>
    private const double RestMs = 150;

    private static readonly TimeSpan s_heardWithin = TimeSpan.FromSeconds(10);

    private int _sent, _waiting, _presses, _cancelled;

    /// <summary>Takes away what is responding, and acknowledges new alerts by TERIMA.</summary>
    public async Task FillAsync()
    {
        bench.Trace.WatchReads(station.Cabinet.Chip, Cabinet.Responding.Line);
        foreach (var report in station.Centre.Reports().Where(report => report.Event == ReportEvent.Responding).Skip(_cancelled).ToList())
        {
            await station.CancelAsync(report.DispatchId!.Value);
            _cancelled++;
        }

        for (; _waiting < Full; _waiting++, _sent++)
            await station.AlertAsync(Category.Medical);
        await Wait.UntilAsync(() => station.Count(ReportEvent.Received) == _sent, "the alerts are there");
        await station.PressAsync(Cabinet.Acknowledge, TimeSpan.FromMilliseconds(200));
        await Wait.UntilAsync(() => station.Count(ReportEvent.Acknowledged) == _sent, "the alerts are acknowledged");
        await Task.Run(() => Wait.Run(TimeSpan.FromMilliseconds(RestMs)));
    }

    /// <summary>One press of BERANGKAT and its rest; exactly one alert more must then be responding.</summary>
    public async Task PressAsync(string name, Func<Task> press)
    {
        if (_waiting <= Low)
            await FillAsync();
        var before = station.Count(ReportEvent.Responding);
        var began = Wait.MonotonicNs;
        await press();
        await Task.Run(() => Wait.Run(TimeSpan.FromMilliseconds(RestMs)));
        var ended = Wait.MonotonicNs;
        _presses++;
        findings.Done();
        try
        {
            await Wait.UntilAsync(() => station.Count(ReportEvent.Responding) > before, name, s_heardWithin);
        }
        catch (TimeoutException)
        {
            var unseenMs = bench.Trace.LongestReadGapMs(station.Cabinet.Chip, Cabinet.Responding.Line, began, ended);
            findings.Check(false, $"{name} was missed, nobody looked at the button for up to {unseenMs:0} ms; {station.LastWords()}");
            return;
        }

        var counted = station.Count(ReportEvent.Responding) - before;
        _waiting -= counted;
        findings.Check(counted == 1, $"{name} counted {counted} times");
    }

    /// <summary>At the end: a press that counted twice, the second time late, is in the sum.</summary>
    public async Task BalanceAsync()
    {
        await Wait.Pause(TimeSpan.FromMilliseconds(500));
        var counted = station.Count(ReportEvent.Responding);
        findings.Check(counted == _presses, $"{station.Id}: {_presses} presses counted {counted} times");
        findings.Check(!station.HasExited, $"the gateway ended:\n{station.Said()}");
    }
}
