using Call112.Gateway.Commissioning;
using Call112.Gateway.Options;
using Call112.Gateway.Tests.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Commissioning;

/// <summary>The whole acceptance: a technician, a box, a centre; from the first question to what the centre gets.</summary>
public sealed class CommissionTests
{
    /// <summary>Lamps and buzzer, siren, strobe.</summary>
    private const string AllWell = "y y y";

    private static readonly string s_topic = Topics.Acceptance(StationWorld.Id);

    [Fact]
    public async Task A_box_that_passes_everything_is_in_service_and_the_centre_gets_who_says_so()
    {
        await using var desk = await CommissionDesk.StartAsync(Surveyed);
        Assert.Equal(ServiceState.Commissioning, desk.World.StatusSent[^1].Service);
        Assert.True(await desk.WalkAsync(AllWell), desk.Told);

        Assert.Contains("RESULT: ACCEPTED", desk.Told, StringComparison.Ordinal);
        Assert.Contains("IN SERVICE", desk.Told, StringComparison.Ordinal);
        Assert.Equal(ServiceState.InService, desk.World.StatusSent[^1].Service);
        Assert.Equal(desk.Stored, desk.World.Broker.RetainedOn(s_topic));

        var opened = Records.Opened(desk.Stored!);
        var record = opened.Record;
        Assert.Equal(SealState.Unsigned, opened.Seal);
        Assert.Equal(
            (StationWorld.Id, "A. Mokoagow", ClockState.Synchronized, "simulated", desk.World.Station.BootId, AcceptanceVerdict.Accepted),
            (record.StationId, record.Technician, record.Clock, record.Profile, record.BootId, record.Verdict));
        Assert.Equal(
            [
                "Clock Passed", "Outputs Passed", "Drill Passed", "Panic Passed", "Tamper Passed", "Mains Passed", "Links lan Passed",
                "Signal NotPresent", "Position Passed", "Health Passed",
            ],
            record.Steps.Select(step => $"{step.Test} {(step.Subject is null ? "" : $"{step.Subject} ")}{step.Result}"));
        Assert.All(record.Steps, step => Assert.Equal(1, step.Attempts));
        Assert.Contains("acknowledged by the button; then BERANGKAT", Seen(record, AcceptanceTests.Drill), StringComparison.Ordinal);
        Assert.Equal("lan and the centre Up for 30 s", Seen(record, AcceptanceTests.Links));
        // The test has moved the box by the true path alone, and left nothing standing.
        Assert.Empty(desk.World.State.Alarms);
    }

    [Fact]
    public async Task A_box_with_a_dead_buzzer_is_refused_and_both_it_and_the_centre_know()
    {
        await using var desk = await CommissionDesk.StartAsync();
        desk.World.Board.StuckOff = Outputs.Buzzer;
        // The self-test fails, is repeated, fails; siren and strobe are well; the fault stands at the end.
        Assert.False(await desk.WalkAsync("y n y y n"), desk.Told);

        Assert.Contains("RESULT: NOT ACCEPTED. Failed: Lamps and buzzer, Journal and faults", desk.Told, StringComparison.Ordinal);
        Assert.Contains("COMMISSIONED", desk.Told, StringComparison.Ordinal);
        var record = Records.Opened(desk.World.Broker.RetainedOn(s_topic)!).Record;
        Assert.Equal(AcceptanceVerdict.Refused, record.Verdict);
        var outputs = Assert.Single(record.Steps, step => step.Test == AcceptanceTests.Outputs);
        Assert.Equal((AcceptanceResult.Failed, 2, "SelfTestFailed by Button: buzzer"), (outputs.Result, outputs.Attempts, outputs.Seen));
        Assert.Equal("OutputFault buzzer", Seen(record, AcceptanceTests.Health));
        Assert.Equal(ServiceState.Commissioning, desk.World.StatusSent[^1].Service);
    }

    [Fact]
    public async Task What_the_journal_shows_is_not_enough_if_the_technician_hears_nothing()
    {
        await using var desk = await CommissionDesk.StartAsync();
        Assert.False(await desk.WalkAsync("y n n"), desk.Told);
        var record = Records.Opened(desk.Stored!).Record;
        Assert.Contains("says no to ask.Siren", Seen(record, AcceptanceTests.Drill), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_nobody_carries_out_fails_at_its_deadline_and_may_be_repeated()
    {
        await using var desk = await CommissionDesk.StartAsync();
        var mains = desk.Hands["Switch the mains"];
        var asked = 0;
        desk.Hands["Switch the mains"] = () =>
        {
            if (++asked == 2)
                mains();
        };
        Assert.True(await desk.WalkAsync($"{AllWell} y"), desk.Told);
        var step = Assert.Single(Records.Opened(desk.Stored!).Record.Steps, step => step.Test == AcceptanceTests.Mains);
        Assert.Equal((AcceptanceResult.Passed, 2), (step.Result, step.Attempts));
        Assert.Contains("FAILED  MainsLost was not seen", desk.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drill_that_is_answered_on_the_screen_does_not_pass_for_the_button()
    {
        await using var desk = await CommissionDesk.StartAsync();
        desk.Hands["Press the button TERIMA"] = () => _ = desk.World.Station.PostAsync(
            new StationInput.PanelTouched(PanelAction.Acknowledge, null, null, null)).AsTask();
        Assert.False(await desk.WalkAsync($"{AllWell} n"), desk.Told);
        Assert.Contains("by Panel and not by the button", desk.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swapped_wires_of_terima_and_berangkat_are_found_and_so_is_a_dead_berangkat()
    {
        await using var desk = await CommissionDesk.StartAsync();
        var (accept, leave) = (desk.Hands["Press the button TERIMA"], desk.Hands["Now press the button BERANGKAT"]);
        desk.Hands["Press the button TERIMA"] = leave;
        desk.Hands["Now press the button BERANGKAT"] = () => { };
        // Swapped; then TERIMA works and BERANGKAT is dead.
        var walk = desk.WalkAsync($"{AllWell} y y y n");
        await Wait.UntilAsync(() => desk.Told.Contains("are their wires swapped?", StringComparison.Ordinal), "the swapped wires are told");
        desk.Hands["Press the button TERIMA"] = accept;
        Assert.False(await walk, desk.Told);
        Assert.Contains("BERANGKAT was not seen", Seen(Records.Opened(desk.Stored!).Record, AcceptanceTests.Drill), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_call_during_the_drill_is_the_crews_and_nobody_is_told_to_press_terima()
    {
        await using var desk = await CommissionDesk.StartAsync();
        desk.Hands["Ask the centre for an EXERCISE"] = () =>
        {
            desk.World.Dispatch(Samples.Dispatch(1, status: DispatchStatus.Exercise));
            desk.World.Dispatch(Samples.Dispatch(7));
        };
        Assert.False(await desk.WalkAsync("y n"), desk.Told);
        Assert.Contains("A real 112 call has come", desk.Told, StringComparison.Ordinal);
        Assert.DoesNotContain("Press the button TERIMA", desk.Told, StringComparison.Ordinal);
        Assert.True(desk.World.State.Find(Samples.Id(7))!.Waits);
    }

    [Fact]
    public async Task Whoever_does_not_wait_for_the_service_is_told_that_the_record_stands()
    {
        await using var desk = await CommissionDesk.StartAsync();
        using var stop = new CancellationTokenSource();
        desk.Stop = stop.Token;
        var walk = desk.WalkAsync(AllWell);
        await Wait.UntilAsync(() => desk.Told.Contains("The record is stored", StringComparison.Ordinal), "the record is stored");
        await stop.CancelAsync();
        Assert.True(await walk, desk.Told);
        Assert.Contains("the result above stands", desk.Told, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was recorded", desk.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_box_whose_certificate_was_renewed_signs_with_the_one_in_force()
    {
        using var renewal = new RenewalDesk();
        await using var desk = await CommissionDesk.StartAsync(options => options with { Uplink = renewal.Options.Uplink });
        var renewed = renewal.Renew(Path.GetDirectoryName(desk.World.Options.JournalPath)!);
        await desk.WalkAsync(AllWell, Records.Serial);
        Assert.Equal(renewed.Thumbprint, Records.Opened(desk.Stored!).Signer!.Thumbprint);
    }

    [Fact]
    public async Task A_box_with_a_certificate_signs_with_it_and_binds_the_record_to_its_board()
    {
        using var files = new PemFiles();
        await using var desk = await CommissionDesk.StartAsync(options => options with { Uplink = files.Uplink(1883) });
        Assert.True(await desk.WalkAsync(AllWell, Records.Serial), desk.Told);
        var opened = Records.Opened(desk.Stored!);
        Assert.Equal((SealState.Fits, "CN=station", Records.Serial), (opened.Seal, opened.Signer!.Subject, opened.Record.BoardSerial));
        // The board of this station tells no serial: it is not the one that was accepted, and the service says so.
        Assert.Contains("The service has not taken the record over", desk.Told, StringComparison.Ordinal);
        Assert.Equal(ServiceState.Commissioning, desk.World.Acceptance.Present.Service);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_ends_it_before_the_first_test()
    {
        using var files = new PemFiles();
        File.WriteAllText(files.In("station.key"), "nothing");
        await using var desk = await CommissionDesk.StartAsync(options => options with { Uplink = files.Uplink(1883) });
        Assert.False(await desk.WalkAsync(AllWell));
        Assert.StartsWith("The station's certificate cannot sign", desk.Told, StringComparison.Ordinal);
        Assert.Null(desk.Stored);
    }

    [Fact]
    public async Task Whoever_stops_has_recorded_nothing_and_a_real_call_is_not_disturbed()
    {
        await using var desk = await CommissionDesk.StartAsync();
        Assert.False(await desk.WalkAsync("y"));
        Assert.Contains("Nothing was recorded", desk.Told, StringComparison.Ordinal);
        Assert.Null(desk.Stored);

        desk.World.Dispatch(Samples.Dispatch(7));
        await desk.PassAsync(1);
        Assert.False(await desk.WalkAsync(AllWell));
        Assert.Contains("A call is still open", desk.Told, StringComparison.Ordinal);
        Assert.True(desk.World.State.Find(Samples.Id(7))!.Waits);
    }

    [Fact]
    public async Task A_name_is_asked_until_it_is_one_and_answers_until_they_are_yes_or_no()
    {
        var told = new StringWriter();
        var tooLong = new string('a', AcceptanceRecord.TechnicianMaxLength + 1);
        var dialogue = new Dialogue(new StringReader($"\n{tooLong}\n A. Mokoagow \nmaybe\nYA\ntidak\n"), told, CommissionTexts.Indonesian, echoes: false);
        Assert.Equal("A. Mokoagow", await dialogue.TechnicianAsync(TestContext.Current.CancellationToken));
        Assert.True(await dialogue.AskAsync("ask.Siren", TestContext.Current.CancellationToken));
        Assert.False(await dialogue.AskAsync("ask.Siren", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<AnswersEndedException>(() => dialogue.AskAsync("ask.Siren", TestContext.Current.CancellationToken));
        Assert.Contains("Apakah sirene terdengar? [y/t]", told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_languages_say_the_same_things_with_the_same_blanks()
    {
        Assert.Equal(CommissionTexts.Indonesian.All.Keys.Order(), CommissionTexts.English.All.Keys.Order());
        foreach (var (key, text) in CommissionTexts.Indonesian.All)
            Assert.Equal(Blanks(text), Blanks(CommissionTexts.English.All[key]));
        string[] words = [.. Enum.GetNames<AcceptanceResult>(), .. Enum.GetNames<AcceptanceVerdict>(), .. Enum.GetNames<ServiceState>()];
        Assert.All(words, word => Assert.Contains(word, CommissionTexts.English.All.Keys));
    }

    private static IEnumerable<string> Blanks(string text) => text.Split('{').Skip(1).Select(part => part.Split('}')[0]).Order();

    private static GatewayOptions Surveyed(GatewayOptions options) => options with
    {
        Station = options.Station with { Position = new PositionOptions { Surveyed = new GeoPoint(0.7346, 124.3162) } },
    };

    private static string Seen(AcceptanceRecord record, string test) => Assert.Single(record.Steps, step => step.Test == test).Seen;
}
