using Call112.Endurance.Machine;
using Call112.Messages;

namespace Call112.Endurance.Soak;

/// <summary>
/// What one busy post lives through in a day. A post of a busy Indonesian city rather than of Kotamobagu, which has two tickets a day.
/// </summary>
internal static class BusyDay
{
    public const int Dispatches = 100, PanelVisits = 48, LinkLosses = 8, Alarms = 12, Commands = 8, CenterHeartbeats = 24 * 3600 / 5;

    /// <summary>Of all dispatches: sent twice, changed once, called off, answered by nobody, drills.</summary>
    public const double Copied = 0.1, Updated = 0.3, Cancelled = 0.1, Exercises = 0.05;
}

/// <summary>
/// Hours of traffic, pressed into minutes: every event of the days at its own random moment. One seed gives one plan. Duty: let all of them
/// happen, and know at the end which dispatch was not answered.
/// </summary>
internal sealed class Traffic(Site site, PlayedCenter center, GatewayUnderTest gateway, Relay relay, int seed) : IDisposable
{
    // Losses of days within minutes never let the back-off rest: two waits at its cap in a row are two minutes.
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromMinutes(3), s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_cut = TimeSpan.FromSeconds(1);
    private static readonly Category[] s_categories = [Category.Fire, Category.Medical, Category.TrafficAccident, Category.Rescue, Category.Disaster];
    private static readonly string[] s_contacts = ["tamper", "mainsFail", "batteryLow"];
    private static readonly CommandKind[] s_commands = [CommandKind.SelfTest, CommandKind.Identify, CommandKind.ReportNow, CommandKind.ReportNow];

    private readonly List<string> _failures = [];
    private readonly SemaphoreSlim _finger = new(1);
    private int _incidents;

    public IReadOnlyList<string> Failures => _failures;

    public int Dispatches { get; private set; }

    public int Presses { get; private set; }

    public async Task RunAsync(double days, TimeSpan within)
    {
        var dice = new Random(seed);
        var plan = new List<(double At, Func<Task> Event)>();
        Plan(BusyDay.Dispatches, () => DispatchAsync(new Random(dice.Next())));
        Plan(BusyDay.PanelVisits, () => gateway.VisitAsync(TimeSpan.FromSeconds(2)));
        Plan(BusyDay.LinkLosses, LoseLinkAsync);
        Plan(BusyDay.Alarms, () => AlarmAsync(s_contacts[dice.Next(s_contacts.Length)]));
        Plan(BusyDay.Commands, () => center.CommandAsync(s_commands[dice.Next(s_commands.Length)]));
        Plan(BusyDay.CenterHeartbeats, center.BeatAsync);
        plan.Sort((a, b) => a.At.CompareTo(b.At));

        var began = site.Time.GetTimestamp();
        var running = new List<Task>();
        foreach (var (at, happen) in plan)
        {
            var rest = within * at - site.Time.GetElapsedTime(began);
            if (rest > TimeSpan.FromMilliseconds(1))
                await site.Pause(rest);
            running.Add(GuardedAsync(happen));
            if (running.Count > 256)
                running.RemoveAll(task => task.IsCompleted);
        }

        await Task.WhenAll(running);

        void Plan(int aDay, Func<Task> happen)
        {
            for (var i = 0; i < Math.Round(aDay * days); i++)
                plan.Add((dice.NextDouble(), happen));
        }
    }

    public void Dispose() => _finger.Dispose();

    private async Task GuardedAsync(Func<Task> happen)
    {
        try
        {
            await happen();
        }
        catch (Exception e) when (e is EnduranceException or HttpRequestException or TaskCanceledException or IOException)
        {
            Fail(e.Message);
        }
    }

    private void Fail(string what)
    {
        lock (_failures)
            _failures.Add(what);
    }

    private async Task DispatchAsync(Random dice)
    {
        var now = site.Time.GetUtcNow();
        var status = dice.NextDouble() < BusyDay.Exercises ? DispatchStatus.Exercise : DispatchStatus.Actual;
        var incident = new Incident(
            $"K{Interlocked.Increment(ref _incidents):000000}",
            s_categories[dice.Next(s_categories.Length)],
            "Kebakaran rumah",
            Priority: 1 + dice.Next(3),
            Location: new Location(Address: "Jl. Adampe Dolot No. 12, RT 05 RW 03", Village: "Mogolaing", Latitude: 0.7301, Longitude: 124.3053));
        var alert = new Dispatch(Guid.CreateVersion7(now), MessageType.Alert, status, now, now + TimeSpan.FromMinutes(15), Incident: incident);
        var byGroup = dice.Next(4) == 0;
        Dispatches++;
        await center.SendAsync(alert, byGroup);
        if (dice.NextDouble() < BusyDay.Copied)
            await center.SendAsync(alert, group: false);
        if (!await HasAsync(alert.DispatchId, ReportEvent.Received))
            return;
        if (dice.NextDouble() < BusyDay.Updated)
        {
            var changed = incident with { Victims = 2, Narrative = "Api di lantai dua." };
            var update = alert with { MessageType = MessageType.Update, Revision = 1, SentAt = site.Time.GetUtcNow(), Incident = changed };
            await center.SendAsync(update, byGroup);
        }

        await site.Pause(s_pause);
        if (dice.NextDouble() < BusyDay.Cancelled)
        {
            await center.SendAsync(alert with { MessageType = MessageType.Cancel, Revision = 1, SentAt = site.Time.GetUtcNow() }, byGroup);
            await HasAsync(alert.DispatchId, ReportEvent.Cancelled);
            return;
        }

        await AnswerAsync(alert.DispatchId);
    }

    /// <summary>TERIMA on the cabinet, then the touch screen up to SELESAI.</summary>
    private async Task AnswerAsync(Guid dispatch)
    {
        // One finger: two presses at once would be one.
        await _finger.WaitAsync();
        try
        {
            if (await gateway.StepAsync(dispatch) is "Received" or "Sounding")
            {
                Presses++;
                await gateway.PressAsync("acknowledge");
            }
        }
        finally
        {
            _finger.Release();
        }

        await HasAsync(dispatch, ReportEvent.Acknowledged);
        foreach (var action in new[] { "Respond", "Arrive", "Complete" })
        {
            await gateway.ActAsync(action, dispatch);
            await site.Pause(s_pause);
        }

        await HasAsync(dispatch, ReportEvent.Completed);
    }

    private async Task<bool> HasAsync(Guid dispatch, ReportEvent step)
    {
        if (await site.HoldsAsync(() => center.Has(dispatch, step) || gateway.HasExited, s_answerWithin))
            return true;
        Fail($"dispatch {dispatch}: no {step} within {s_answerWithin.TotalSeconds:0} s");
        return false;
    }

    private async Task LoseLinkAsync()
    {
        relay.Cut();
        await site.Pause(s_cut);
        relay.Mend();
    }

    private async Task AlarmAsync(string contact)
    {
        await gateway.SetAsync(contact, true);
        await site.Pause(s_pause);
        await gateway.SetAsync(contact, false);
    }
}
