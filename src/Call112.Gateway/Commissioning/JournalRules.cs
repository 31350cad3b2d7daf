using System.Globalization;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Commissioning;

/// <summary>The self-test that the technician starts: its own report decides.</summary>
internal sealed class SelfTestRule
{
    public Finding? Found { get; private set; }

    public void Take(JournalEntry entry)
    {
        if (Found is null && entry is JournalEntry.Reported { Report: { Event: ReportEvent.SelfTestPassed or ReportEvent.SelfTestFailed } report })
            Found = report.Event == ReportEvent.SelfTestPassed
                ? Finding.Passed($"SelfTestPassed by {report.Source}")
                : Finding.Failed($"SelfTestFailed by {report.Source}: {report.Detail}");
    }
}

/// <summary>
/// An alarm that is raised and then ends. In this order: a box whose door stands open at the beginning has to be closed, opened and closed, and
/// nothing is left standing by the test.
/// </summary>
internal sealed class AlarmRule(ReportEvent raised, ReportEvent ended)
{
    private bool _isRaised;

    public Finding? Found { get; private set; }

    /// <summary>What has not been seen yet.</summary>
    public string Missing => _isRaised ? $"{ended} was not seen behind {raised}" : $"{raised} was not seen";

    public void Take(JournalEntry entry)
    {
        if (Found is not null || entry is not JournalEntry.Reported { Report: var report })
            return;
        _isRaised |= report.Event == raised;
        if (_isRaised && report.Event == ended)
            Found = Finding.Passed($"{raised}, {ended}");
    }
}

/// <summary>
/// A drill through the true path: the first Exercise that comes, that it sounds (outputs read back), and by what it is acknowledged. Other drills and
/// tests meanwhile are not its business; a real call ends it, for TERIMA would answer that one as well.
/// </summary>
internal sealed class DrillRule
{
    public const string RealCall = "a real call came";

    private Guid? _id;

    /// <summary>The drill has come.</summary>
    public bool HasCome => _id is not null;

    public string Incident { get; private set; } = "";

    /// <summary>Milliseconds from the receipt to the outputs' read-back; null while it does not sound.</summary>
    public long? SoundedAfterMs { get; private set; }

    /// <summary>Why it will not sound any more; null as long as it may.</summary>
    public string? Ended { get; private set; }

    /// <summary>The step by which somebody acknowledged it.</summary>
    public Report? Acknowledged { get; private set; }

    /// <summary>The step by which somebody left for it.</summary>
    public Report? Responding { get; private set; }

    public void Take(JournalEntry entry)
    {
        if (entry is JournalEntry.DispatchStored { Dispatch: { Status: DispatchStatus.Exercise } drill } && _id is null)
            (_id, Incident) = (drill.DispatchId, drill.Incident?.IncidentId ?? "");
        else if (entry is JournalEntry.DispatchStored { Dispatch: { Status: DispatchStatus.Actual, MessageType: not MessageType.Cancel } })
            Ended ??= RealCall;
        else if (entry is JournalEntry.Reported { Report: var report } && report.DispatchId is { } id && id == _id)
            Take(report);
    }

    private void Take(Report report)
    {
        switch (report.Event)
        {
            case ReportEvent.Sounding:
                SoundedAfterMs ??= report.ElapsedMs ?? 0;
                break;
            case ReportEvent.Acknowledged:
                Acknowledged ??= report;
                break;
            case ReportEvent.Responding:
                Responding ??= report;
                break;
            case ReportEvent.Declined or ReportEvent.Expired or ReportEvent.Cancelled:
                Ended ??= $"{report.Event} {report.Reason}".TrimEnd();
                break;
        }
    }

    /// <summary>What is said of the press.</summary>
    /// <param name="hasButton">The cabinet has the button TERIMA; without one the panel is where it is pressed.</param>
    public Finding Judge(bool hasButton)
    {
        var sounded = string.Create(CultureInfo.InvariantCulture, $"Exercise {Incident} sounded after {SoundedAfterMs} ms");
        return Acknowledged switch
        {
            null => Finding.Failed($"{sounded}, and nobody acknowledged it{(Ended is null ? "" : $" ({Ended})")}"),
            // BERANGKAT acknowledges what still waits, in the same moment.
            { Source: ReportSource.Button } when Responding is { Source: ReportSource.Button } left && left.OccurredAt == Acknowledged.OccurredAt =>
                Finding.Failed($"{sounded}; what was pressed came in as BERANGKAT and not as TERIMA: are their wires swapped?"),
            { Source: ReportSource.Button } => Finding.Passed($"{sounded}, acknowledged by the button"),
            { Source: ReportSource.Panel } when !hasButton => Finding.Passed($"{sounded}, acknowledged on the panel; the cabinet has no button"),
            { Source: var source } => Finding.Failed($"{sounded}, acknowledged by {source} and not by the button"),
        };
    }

    /// <summary>What is said of BERANGKAT, behind a TERIMA that was good.</summary>
    public Finding JudgeResponding(Finding accepted) => Responding switch
    {
        null => Finding.Failed($"{accepted.Seen}; BERANGKAT was not seen{(Ended is null ? "" : $" ({Ended})")}"),
        { Source: ReportSource.Button } => Finding.Passed($"{accepted.Seen}; then BERANGKAT"),
        { Source: var source } => Finding.Failed($"{accepted.Seen}; BERANGKAT by {source} and not by the button"),
    };
}
