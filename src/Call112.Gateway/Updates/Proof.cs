using System.Collections.Frozen;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Updates;

/// <summary>
/// Judges whether a new system may stay: it must reach whom the system before it reached, and have no fault of disk or outputs that was not there
/// before, and its lamps and buzzer must obey in a self-test, for a while without a break. Whom the old system did not reach either is not asked of the
/// new one: a broken line of the city must not undo a good update.
/// </summary>
/// <remarks>
/// Invariants: a reading that falls short begins the while anew; the time that it may take stands still while the self-test has to wait.
/// </remarks>
/// <param name="before">What the system before said; null asks for the centre and one uplink.</param>
/// <param name="steady">How long all of it must hold.</param>
internal sealed class Proof(StationReading? before, TimeSpan steady)
{
    private const string NotTested = "the self-test";

    /// <summary>How much longer than it may take a system is left in peace that calls somebody.</summary>
    private static readonly TimeSpan s_callHeld = TimeSpan.FromMinutes(10);

    private static readonly FrozenSet<string> s_testedFaults = Levels.AllOutputs
        .Where(output => (Levels.SelfTested & output) != 0).Select(output => $"{ReportEvent.OutputFault} {Levels.NameOf(output)}").ToFrozenSet();

    private TimeSpan? _since;
    private TimeSpan _taken, _counted;
    private string? _selfTest = NotTested;
    private bool _calls;

    /// <summary>What is missing for the proof, in words for a log; empty when nothing is, though perhaps not for long enough yet.</summary>
    public IReadOnlyList<string> Missing { get; private set; } = ["the station has not answered yet"];

    /// <summary>
    /// All else is there: now is the time for the self-test. One that failed may be asked for again, for a lamp may have been driven by somebody else; the
    /// fault that it has raised ends only when the output obeys in the next one, and so does not stand in its way.
    /// </summary>
    public bool AwaitsSelfTest => _selfTest is not null && Missing.All(missing => missing == _selfTest || s_testedFaults.Contains(missing));

    /// <summary>
    /// Whether the time is over. It stands still while only the self-test is missing and an alert is open, for it is no time for one then: a call must not
    /// make a good update fail. A system that misses more than that has no more time for it: a deaf one must not stay because a task is open. But what
    /// nobody has acknowledged yet sounds on for up to 10 min: going back restarts the box, in the middle of its call.
    /// </summary>
    public bool IsOver(TimeSpan within) => _counted >= (_calls ? within + s_callHeld : within);

    /// <summary>A self-test has ended. An output that did not obey before the update either is not held against the new system.</summary>
    public void Tested(Report result)
    {
        var broken = result.Event == ReportEvent.SelfTestPassed ? [] : (result.Detail ?? "").Split(' ').Where(IsNew).ToList();
        _selfTest = broken.Count == 0 ? null : $"the self-test: {string.Join(' ', broken)}";

        bool IsNew(string output) => before?.Alarms.Contains(new StationReading.Alarm(ReportEvent.OutputFault, output)) != true;
    }

    /// <summary>Takes the newest reading, null when the station did not answer, at a moment that counts from the beginning.</summary>
    /// <returns>Whether the system has proved itself.</returns>
    public bool Take(StationReading? reading, TimeSpan now)
    {
        Missing = reading is null ? ["the station does not answer on its panel's address"] : [.. MissingOf(reading)];
        if (!(AwaitsSelfTest && reading is { Alerts.Count: > 0 }))
            _counted += now - _taken;
        _taken = now;
        _calls = reading?.Alerts.Any(alert => alert.Waiting) == true;
        _since = Missing.Count > 0 ? null : _since ?? now;
        return now - _since >= steady;
    }

    private IEnumerable<string> MissingOf(StationReading reading)
    {
        if (before is null || before.Center == LinkVerdict.Up)
            if (reading.Center != LinkVerdict.Up)
                yield return "the centre is not heard";
        if (before is null && reading.Uplinks.All(uplink => uplink.Verdict != LinkVerdict.Up))
            yield return "no broker is reached";
        foreach (var uplink in before?.Uplinks.Where(uplink => uplink.Verdict == LinkVerdict.Up) ?? [])
            if (reading.Uplinks.FirstOrDefault(other => other.Name == uplink.Name) is not { Verdict: LinkVerdict.Up })
                yield return $"uplink {uplink.Name} was up before";
        foreach (var alarm in reading.Alarms)
            if (alarm.Event is ReportEvent.StorageFault or ReportEvent.OutputFault && before?.Alarms.Contains(alarm) != true)
                yield return $"{alarm.Event} {alarm.Detail}".TrimEnd();
        if (_selfTest is { } missing)
            yield return missing;
    }
}
