using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.Messages.Sms;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>The gateway beside a real ModemManager and its mmcli, on a bus of their own; only the modem is played (F15, decisions 0017 and 0018).</summary>
public sealed class RealModemTests : SystemTest
{
    private const string CentreNumber = "+6281100000112";

    [Fact]
    public async Task The_doctor_finds_a_modem_of_a_real_ModemManager_by_its_imei()
    {
        using var stack = await StackAsync();
        var station = await StationAsync(stack);
        var (_, output) = await station.VerbAsync("doctor");
        Say(output);
        Assert.Contains(AtModem.Operator, output, StringComparison.Ordinal);
        station.StationJson["cellular"]!["imei"] = "860000000000999";
        Assert.DoesNotContain(AtModem.Operator, (await station.VerbAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dispatch_by_SMS_sounds_and_is_answered_through_a_real_ModemManager()
    {
        using var stack = await StackAsync();
        var station = await StationAsync(stack);
        var key = TakeTextsFrom(station);
        station.Start();
        var page = await station.PageAsync();
        var alert = Written.Alert();
        var text = SmsText.Write(alert, counter: alert.SentAt.ToUnixTimeSeconds(), key);
        // One letter of the place is another: nobody who lacks the key sounds a siren.
        stack.Modem.Deliver(CentreNumber, text.Replace("MOGOLAING", "MOGOLAINX", StringComparison.OrdinalIgnoreCase));
        await Wait.UntilAsync(() => stack.Modem.TextsStored == 0, "the forged text is out of the store");
        Assert.Null(await page.StepOfAsync(alert.DispatchId));

        stack.Modem.Deliver(CentreNumber, text);
        await SirenAsync(station, on: true);
        Assert.Equal(ReportEvent.Received, await AnswerAsync(stack, key, alert.DispatchId, 1));
        await page.PressAsync("acknowledge");
        await SirenAsync(station, on: false);
        Assert.Equal(ReportEvent.Acknowledged, await AnswerAsync(stack, key, alert.DispatchId, 2));
        await Wait.UntilAsync(() => stack.Modem.TextsStored == 0, "the store is empty again");
        stack.Modem.Deliver(CentreNumber, text);
        await Wait.UntilAsync(() => stack.Modem.TextsStored == 0, "the replayed text is out of the store");
        Assert.False(await page.IsOnAsync("siren"));
        Assert.Equal(2, stack.Modem.Sent.Count);
    }

    [Fact]
    public async Task A_modem_that_carries_nothing_is_disabled_and_enabled_and_a_reset_that_it_cannot_do_stops_nothing()
    {
        using var stack = await StackAsync();
        var station = await StationAsync(stack);
        station.StationJson["cellular"]!["ladder"] = new JsonObject { ["patienceSeconds"] = 10, ["afterDisableEnableSeconds"] = 10 };
        station.Start();
        // ModemManager's way to leave the network, and to come back to it.
        await station.WaitAsync(() => stack.Modem.TimesAsked("AT+CREG=0") > 0, "the modem is disabled", TimeSpan.FromSeconds(90));
        await station.WaitAsync(() => stack.Modem.TimesAsked("AT+CREG=2") > 1, "the modem is enabled again");
        await station.WaitAsync(() => station.Says("ModemReset: "), "the next rung is tried", TimeSpan.FromSeconds(90));
        Assert.False(station.HasExited);
        Assert.Equal(0, (await stack.MmcliAsync("-m", "any", "-J")).ExitCode);
    }

    private async Task<ModemStack> StackAsync()
    {
        var stack = await ModemStack.StartAsync(NewFolder("bus"));
        AtEnd(() => Say($"--- ModemManager ---\n{string.Join('\n', stack.Lines().TakeLast(40))}"));
        await Wait.UntilAsync(async () => (await stack.MmcliAsync("-m", "any")).ExitCode == 0, "ModemManager shows the modem");
        Assert.Equal(0, (await stack.MmcliAsync("-m", "any", "--enable")).ExitCode);
        return stack;
    }

    /// <summary>A station with one uplink, to a broker that is not there.</summary>
    private async Task<GatewayProcess> StationAsync(ModemStack stack)
    {
        var broker = await BrokerAsync();
        broker.Kill();
        var station = Station(broker.Address);
        station.Environment = stack.Environment;
        station.StationJson["uplinks"]![0]!["name"] = "lte";
        station.StationJson["cellular"] = new JsonObject
        {
            ["imei"] = AtModem.Imei,
            ["gnss"] = false,
            ["observeSeconds"] = 5,
            ["rebootCommand"] = new JsonArray(),
        };
        return station;
    }

    private SmsKey TakeTextsFrom(GatewayProcess station)
    {
        var secret = RandomNumberGenerator.GetBytes(SmsKey.BytesMin);
        var path = Path.Combine(Folder, "sms.key");
        File.WriteAllText(path, Convert.ToHexString(secret));
        station.StationJson["sms"] = new JsonObject
        {
            ["enabled"] = true,
            ["keyPath"] = path,
            ["replyTo"] = CentreNumber,
            ["pollSeconds"] = 2,
            ["idlePollSeconds"] = 10,
        };
        return new SmsKey(station.StationId, secret);
    }

    private static async Task<ReportEvent> AnswerAsync(ModemStack stack, SmsKey key, Guid dispatchId, int number)
    {
        await Wait.UntilAsync(() => stack.Modem.Sent.Count >= number, $"answer {number} has left the modem");
        var (to, text) = stack.Modem.Sent[number - 1];
        Assert.Equal(CentreNumber, to);
        Assert.True(SmsText.TryReadAnswer(text, key, out var answer, out var refusal), refusal);
        Assert.Equal(dispatchId, answer.DispatchId);
        return answer.Step;
    }
}
