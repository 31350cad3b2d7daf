using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Commissioning;

/// <summary>
/// The walk through the acceptance: every test in its order, each as often as the technician wants, and each of them with a result.
/// Not its business: who signs the record, and where it goes.
/// </summary>
internal sealed class Walk(CommissionPlace place)
{
    private readonly HandTests _hands = new(place);
    private readonly MachineTests _machine = new(place);

    /// <exception cref="AnswersEndedException">There are no more answers.</exception>
    public async Task<IReadOnlyList<AcceptanceStep>> RunAsync(CancellationToken cancel)
    {
        var tests = Tests().ToList();
        var steps = new List<AcceptanceStep>();
        foreach (var test in tests)
        {
            place.Dialogue.Line($"[{steps.Count + 1}/{tests.Count}] {place.Dialogue.Text($"test.{test.Name}", ("subject", test.Subject ?? ""))}");
            steps.Add(await RunAsync(test, cancel));
        }

        return steps;
    }

    /// <summary>The clock first, for times count from it; the box's own faults last, when everything has been moved.</summary>
    private IEnumerable<Test> Tests()
    {
        yield return new Test(AcceptanceTests.Clock, null, _machine.ClockAsync);
        yield return new Test(AcceptanceTests.Outputs, null, _hands.OutputsAsync);
        yield return new Test(AcceptanceTests.Drill, null, _hands.DrillAsync);
        yield return new Test(AcceptanceTests.Panic, null, cancel => _hands.AlarmAsync(
            Inputs.Panic, "do.Panic", ReportEvent.PanicPressed, ReportEvent.PanicCleared, cancel));
        yield return new Test(AcceptanceTests.Tamper, null, cancel => _hands.AlarmAsync(
            Inputs.Tamper, "do.Tamper", ReportEvent.TamperOpened, ReportEvent.TamperClosed, cancel));
        yield return new Test(AcceptanceTests.Mains, null, cancel => _hands.AlarmAsync(
            Inputs.MainsFail, "do.Mains", ReportEvent.MainsLost, ReportEvent.MainsRestored, cancel));
        foreach (var uplink in place.Options.Uplinks)
            yield return new Test(AcceptanceTests.Links, uplink.Name, cancel => _machine.LinkAsync(uplink, cancel));
        yield return new Test(AcceptanceTests.Signal, null, _machine.SignalAsync);
        yield return new Test(AcceptanceTests.Position, null, _machine.PositionAsync);
        yield return new Test(AcceptanceTests.Health, null, _machine.HealthAsync);
    }

    private async Task<AcceptanceStep> RunAsync(Test test, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var found = await test.Run(cancel);
            place.Dialogue.Line($"      {place.Dialogue.Text(found.Result.ToString())}  {found.Seen}");
            if (found.Result == AcceptanceResult.Failed && await place.Dialogue.AskAsync("again", cancel))
                continue;
            return new AcceptanceStep(test.Name, found.Result, place.Time.GetUtcNow(), attempt, Cut(found.Seen), test.Subject);
        }
    }

    /// <summary>Of what a library or a kernel says the beginning is enough; half a character is no text.</summary>
    private static string Cut(string seen)
    {
        const int max = AcceptanceRecord.SeenMaxLength;
        return seen.Length <= max ? seen : seen[..(char.IsHighSurrogate(seen[max - 1]) ? max - 1 : max)];
    }

    private readonly record struct Test(string Name, string? Subject, Func<CancellationToken, Task<Finding>> Run);
}
