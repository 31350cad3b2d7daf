using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>A station that was away for long, on either side of the broker (F7, F10).</summary>
public sealed class BacklogTests : SystemTest
{
    /// <summary>Reports that a station holds back while no centre gives receipts.</summary>
    private const int Outbox = 3_000;

    [Fact]
    public async Task After_25_hours_offline_stale_dispatches_are_reported_and_only_the_live_ones_sound()
    {
        var broker = await BrokerAsync(persistence: true);
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        // Orderly: the session stays at the broker.
        Assert.Equal(0, await station.TerminateAsync());
        var stale = Enumerable.Range(0, 60).Select(_ => Written.Stale()).ToList();
        var live = Enumerable.Range(0, 3).Select(_ => Written.Alert()).ToList();
        foreach (var alert in stale.Take(30).Concat(live).Concat(stale.Skip(30)))
            await centre.SendAsync(alert);
        await station.StartReadyAsync();
        foreach (var alert in stale)
            await centre.HearsAsync(ReportEvent.Expired, alert.DispatchId);
        foreach (var alert in live)
            await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        await SirenAsync(station, on: true);
        foreach (var alert in stale)
            Assert.Equal([ReportEvent.Expired], centre.ReportsOf(alert.DispatchId).Select(report => report.Event));
        await (await station.PageAsync()).PressAsync("acknowledge");
        await SirenAsync(station, on: false);
        foreach (var alert in live)
            await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
        // One press for all that sounded, and one pattern: the siren went on once and off once.
        Assert.Equal([true, false], station.Runs[^1].Edges().Where(edge => edge.Output == "siren").Select(edge => edge.On));
    }

    [Fact]
    public async Task A_station_with_only_stale_dispatches_stays_silent()
    {
        var broker = await BrokerAsync(persistence: true);
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        await station.TerminateAsync();
        var stale = Enumerable.Range(0, 50).Select(_ => Written.Stale()).ToList();
        foreach (var alert in stale)
            await centre.SendAsync(alert);
        await station.StartReadyAsync();
        await Wait.UntilAsync(() => centre.Reports().Count(report => report.Event == ReportEvent.Expired) == stale.Count, "every stale dispatch is reported");
        Assert.DoesNotContain(station.Runs[^1].Edges(), edge => edge.Output is "siren" or "strobe" or "buzzer");
    }

    [Fact]
    public async Task Thousands_of_reports_without_a_receipt_leave_in_order_when_a_centre_comes()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        await station.StartReadyAsync();
        // A centre that sends and never listens: each dispatch that comes too late is one more report in the outbox. Copies of one would be counted.
        await using (var deaf = new RecordingCentre(station.StationId, broker.Port) { SendsReceipts = false })
        {
            await deaf.ConnectAsync();
            for (var i = 0; i < Outbox; i++)
                await deaf.SendAsync(Written.Stale());
        }

        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() >= Outbox, "the outbox holds every report");
        await station.TerminateAsync();
        // The broker forgets everything: what it had in its queues is no help to the centre that comes.
        broker.Kill();
        await broker.StartAsync();
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        await Wait.UntilAsync(() => centre.Account(account => account.Contiguous) > Outbox, "the outbox is drained", TimeSpan.FromSeconds(90));
        var page2 = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page2.StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        Assert.Empty(centre.Account(account => account.Contradictions));
        Assert.Empty(centre.Account(account => account.Missing));
        var firsts = centre.Account(account => account.Arrivals.Select(report => report.Sequence).Distinct().ToList());
        Assert.Equal(firsts.Order(), firsts);
    }
}
