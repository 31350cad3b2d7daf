using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Messages.Sms;
using Call112.Station;

namespace Call112.Gateway.Tests.Cellular;

/// <summary>The last path: what comes by SMS sounds as any other dispatch, what is not sealed for this station never does (decision 0018).</summary>
public sealed class SmsPathTests
{
    [Fact]
    public async Task A_dispatch_by_SMS_sounds_is_journaled_and_its_steps_are_answered()
    {
        await using var desk = await CutOffAsync();
        var dispatch = Alert(desk);
        desk.Modem.Deliver(7, SmsText.Write(dispatch, CounterOf(dispatch), ModemDesk.Key), ModemDesk.Center);
        await desk.TurnForAsync(TimeSpan.FromSeconds(6), everySeconds: 1);
        Assert.True(desk.World.Board.ReadBack().HasFlag(Outputs.Siren));
        Assert.Equal("Mogolaing", desk.World.State.Find(dispatch.DispatchId)!.Dispatch.Incident!.Location!.Village);
        Assert.Equal(0, desk.Modem.Stored);
        await desk.World.JournaledAsync();
        Assert.Contains(desk.World.Journaled(), report => report.Event == ReportEvent.Received && report.DispatchId == dispatch.DispatchId);

        await desk.World.Station.PostAsync(new StationInput.PanelTouched(PanelAction.Acknowledge, dispatch.DispatchId, null, null));
        await desk.TurnForAsync(TimeSpan.FromSeconds(20), everySeconds: 1);
        Assert.Equal([ReportEvent.Received, ReportEvent.Acknowledged], Answers(desk).Select(answer => answer.Step));
        Assert.All(Answers(desk), answer => Assert.Equal(dispatch.DispatchId, answer.DispatchId));
        Assert.All(desk.Modem.Sent, sent => Assert.EndsWith($"number='{ModemDesk.Center}'", sent, StringComparison.Ordinal));

        // The line is back, and with it the centre's copy.
        await desk.World.Station.PostAsync(new StationInput.DispatchArrived(dispatch));
        await desk.World.RunAsync(0.1);
        await desk.World.JournaledAsync();
        Assert.Equal(ReportEvent.Duplicate, desk.World.Journaled()[^1].Event);
    }

    [Fact]
    public async Task Forged_truncated_foreign_and_over_long_texts_never_sound_and_leave_the_store()
    {
        await using var desk = await CutOffAsync();
        var dispatch = Alert(desk);
        var text = SmsText.Write(dispatch, CounterOf(dispatch), ModemDesk.Key);
        var stranger = new SmsKey("damkar-pusat", new byte[32]);
        string[] texts =
        [
            text.Replace("Mogolaing", "Mogolainh", StringComparison.Ordinal), text[..^3], text + "é", text + new string('a', 100),
            SmsText.Write(dispatch, CounterOf(dispatch), stranger), "Promo! Balas YA *123#", "",
        ];
        foreach (var (i, wrong) in texts.Index())
            desk.Modem.Deliver(i, wrong);
        await desk.TurnForAsync(TimeSpan.FromSeconds(12), everySeconds: 1);
        Assert.Empty(desk.World.State.Alerts);
        Assert.Equal(Outputs.None, desk.World.Board.ReadBack() & (Outputs.Siren | Outputs.Strobe));
        Assert.Equal(0, desk.Modem.Stored);
        await desk.World.JournaledAsync();
        var reasons = desk.World.Journaled().Where(report => report.Event == ReportEvent.Rejected).Select(report => report.Reason!).ToHashSet();
        Assert.Contains("sms: the seal is false (forged, changed on the way, or another key)", reasons);
        Assert.Contains("sms: is for another station", reasons);
        Assert.Contains("sms: longer than 160 characters", reasons);
        Assert.Contains("sms: holds a foreign character", reasons);
        Assert.Empty(desk.Modem.Sent);
    }

    [Fact]
    public async Task A_replayed_text_is_refused_also_after_a_restart()
    {
        var clock = new TestClock();
        var folder = Directory.CreateTempSubdirectory("call112-sms-");
        try
        {
            string text;
            Guid id;
            await using (var desk = await CutOffAsync(clock, folder.FullName))
            {
                var dispatch = Alert(desk);
                (text, id) = (SmsText.Write(dispatch, CounterOf(dispatch), ModemDesk.Key), dispatch.DispatchId);
                desk.Modem.Deliver(1, text);
                await desk.TurnForAsync(TimeSpan.FromSeconds(6), everySeconds: 1);
                await desk.World.Station.PostAsync(new StationInput.PanelTouched(PanelAction.Complete, id, null, Outcome.Done));
                await desk.World.RunAsync(5, 0.1);
                await desk.World.JournaledAsync();
                Assert.Empty(desk.World.State.Alerts);
            }

            await using (var desk = await CutOffAsync(clock, folder.FullName))
            {
                desk.Modem.Deliver(1, text);
                await desk.TurnForAsync(TimeSpan.FromSeconds(6), everySeconds: 1);
                Assert.Empty(desk.World.State.Alerts);
                Assert.Equal(0, desk.Modem.Stored);
                await desk.World.JournaledAsync();
                Assert.Contains(desk.World.Journaled(), report => report is { Event: ReportEvent.Rejected, Reason: "sms: replayed" } && report.DispatchId == id);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_text_stays_in_the_store_until_the_journal_has_it()
    {
        await using var desk = await CutOffAsync();
        desk.World.Disk.Break(DiskFault.Full);
        var dispatch = Alert(desk);
        desk.Modem.Deliver(3, SmsText.Write(dispatch, CounterOf(dispatch), ModemDesk.Key));
        await desk.TurnForAsync(TimeSpan.FromSeconds(12), everySeconds: 1);
        Assert.True(desk.World.Board.ReadBack().HasFlag(Outputs.Strobe), "it sounds all the same");
        Assert.Equal(1, desk.Modem.Stored);
        desk.World.Disk.Repair();
        await desk.TurnForAsync(TimeSpan.FromSeconds(20), everySeconds: 1);
        Assert.Equal(0, desk.Modem.Stored);
        Assert.DoesNotContain(desk.World.Journaled(), report => report.Event == ReportEvent.Rejected);
    }

    [Fact]
    public async Task A_text_is_taken_while_an_uplink_is_up_too()
    {
        var clock = new TestClock();
        await using var desk = await ModemDesk.StartAsync(withSms: true, broker: new MemoryBroker(clock), clock: clock);
        await desk.TurnAsync();
        var dispatch = Alert(desk);
        desk.Modem.Deliver(1, SmsText.Write(dispatch, CounterOf(dispatch), ModemDesk.Key));
        await desk.TurnForAsync(TimeSpan.FromSeconds(70));
        Assert.NotNull(desk.World.State.Find(dispatch.DispatchId));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_sent_is_tried_again_and_then_given_up()
    {
        await using var desk = await CutOffAsync();
        var dispatch = Alert(desk);
        await desk.World.Station.PostAsync(new StationInput.SmsArrived(dispatch, CounterOf(dispatch)));
        await desk.World.RunAsync(0.1);
        desk.Modem.Put("mute", "");
        await desk.TurnForAsync(TimeSpan.FromMinutes(3), everySeconds: 5);
        Assert.Equal(10, desk.Logs.Count(LogEvents.SmsNotAnswered));
        desk.Modem.Take("mute");
        // The next step is a new answer.
        await desk.World.Station.PostAsync(new StationInput.PanelTouched(PanelAction.Acknowledge, dispatch.DispatchId, null, null));
        await desk.TurnForAsync(TimeSpan.FromSeconds(20), everySeconds: 5);
        Assert.Equal([ReportEvent.Acknowledged], Answers(desk).Select(answer => answer.Step));
    }

    private static async Task<ModemDesk> CutOffAsync(TestClock? clock = null, string? folder = null)
    {
        var desk = await ModemDesk.StartAsync(withSms: true, clock: clock, folder: folder);
        await desk.World.RunUntilAsync(() => desk.World.State.IsCutOff, 30, "every uplink is down", 0.5);
        await desk.TurnAsync();
        return desk;
    }

    private static Dispatch Alert(ModemDesk desk)
    {
        var sentAt = DateTimeOffset.FromUnixTimeSeconds(desk.World.Clock.GetUtcNow().ToUnixTimeSeconds());
        return new Dispatch(
            Guid.CreateVersion7(sentAt), MessageType.Alert, DispatchStatus.Actual, sentAt, sentAt.AddMinutes(15),
            Incident: new Incident("K261123-007", Category.Fire, Priority: 1, Location: new Location(Landmark: "Depan masjid At-Taqwa", Village: "Mogolaing")));
    }

    private static long CounterOf(Dispatch dispatch) => dispatch.SentAt.ToUnixTimeSeconds();

    /// <summary>The answers as the centre reads them.</summary>
    private static List<SmsAnswer> Answers(ModemDesk desk) => [.. desk.Modem.Sent.Select(sent =>
    {
        Assert.True(SmsText.TryReadAnswer(sent.Split('\'')[1], ModemDesk.Key, out var answer, out var refusal), refusal);
        return answer;
    })];
}
