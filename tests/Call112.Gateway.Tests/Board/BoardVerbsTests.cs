using System.Device.Gpio;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Call112.Gateway.Board;
using Call112.Gateway.Board.Acceptance;
using Call112.Gateway.Options;
using Call112.Gateway.Verbs;

namespace Call112.Gateway.Tests.Board;

/// <summary><c>board safe</c> and <c>board test</c>, on a simulated chip and bus, with the answers of a technician.</summary>
public sealed class BoardVerbsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("call112-").FullName;
    private readonly SimulatedChip _chip = new();
    private readonly SimulatedRelayCard _card = new();
    private readonly StringWriter _wrong = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private BoardSeat Seat => new() { OpenChip = _ => _chip.Open(), OpenI2c = (_, _) => _card, Time = TimeProvider.System };

    private const string Siren = """{ "function": "siren", "to": { "gpio": 26, "pin": 37 }, "activeLow": true, "contact": "NormallyOpen", "fuse": "F1 5 A" }""";
    private const string Door = """{ "function": "door", "to": { "gpio": 21 }, "activeLow": true, "onCrash": "Hold" }""";
    private const string CardStrobe = """{ "function": "strobe", "to": { "card": { "device": "relays", "channel": 2 } } }""";
    private const string CardBuzzerHeld = """{ "function": "buzzer", "to": { "card": { "device": "relays", "channel": 3 } }, "onCrash": "Hold" }""";
    private const string Relays = """{ "name": "relays", "kind": "Sequent4Rel4In", "address": 14 }""";
    private const string Acknowledge = """{ "function": "acknowledge", "to": { "gpio": 17 } }""";

    private string Profile(string outputs, string inputs = "", string devices = "")
    {
        var path = Path.Combine(_folder, "profile.json");
        File.WriteAllText(path, $$"""
            { "name": "desk", "description": "On a desk.", "chip": ["simulated-chip"],
              "outputs": [{{outputs}}], "inputs": [{{inputs}}], "devices": [{{devices}}],
              "configTxt": ["dtparam=strict_gpiod", "dtparam=watchdog=on", "gpio=26=op,dh"],
              "remedies": [{ "rule": "WrongPull", "function": "siren", "built": "10 kΩ to 3V3" },
                           { "rule": "CardKeepsState", "function": "health", "built": "a timer in its feed" },
                           { "rule": "MissingFunction", "function": "siren", "built": "a desk needs none" }] }
            """);
        return path;
    }

    private async Task<(int Code, string Told)> SafeAsync(string profile)
    {
        var told = new StringWriter();
        var code = await BoardSafeVerb.RunAsync(profile, told, _wrong, Seat, CancellationToken.None);
        return (code, told.ToString());
    }

    /// <summary>F11: the relays of a card keep their state when the Pi dies, and so do the Pi's lines.</summary>
    [Fact]
    public async Task Safe_switches_off_what_must_be_off_leaves_what_must_hold_and_may_run_again()
    {
        _card.Write([0, 0b1110]);
        var profile = Profile($"{CardStrobe}, {CardBuzzerHeld}, {Siren}, {Door}", devices: Relays);
        for (var i = 0; i < 2; i++)
        {
            var (code, told) = await SafeAsync(profile);
            Assert.Equal((0, ""), (code, _wrong.ToString()));
            Assert.Contains("keeps its level", told, StringComparison.Ordinal);
        }

        Assert.Equal([PinValue.High, PinValue.High], _chip.LevelsOf(26));
        Assert.Empty(_chip.LevelsOf(21));
        Assert.Equal(0b1100, _card.Relays);
    }

    /// <summary>F11: ExecStopPost of the service knows no station.json, and that of today may name another cabinet than the one that was driven.</summary>
    [Fact]
    public async Task Safe_finds_the_profile_of_the_killed_run_where_that_run_left_it()
    {
        var profile = Profile(Siren);
        var runtime = Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName;
        var board = new BoardOptions { Profile = profile, Cabinet = BoardDesk.Profile() };
        Assert.Null(DrivenProfile.Leave(board, $"{runtime}:/run/second"));
        File.Delete(profile);
        Assert.Equal(0, (await SafeAsync(Path.Combine(runtime, DrivenProfile.FileName))).Code);
        Assert.Equal([PinValue.High], _chip.LevelsOf(26));
    }

    [Fact]
    public void A_run_without_a_cabinet_leaves_no_profile_and_one_that_cannot_write_says_so_and_goes_on()
    {
        Assert.Null(DrivenProfile.Leave(new BoardOptions(), _folder));
        Assert.Null(DrivenProfile.Leave(new BoardOptions { Profile = Profile(Siren), Cabinet = BoardDesk.Profile() }, null));
        Assert.Equal([Path.Combine(_folder, "profile.json")], Directory.GetFiles(_folder));
        var missing = Path.Combine(_folder, "missing");
        Assert.Contains(
            $"{missing}/board.json cannot be written",
            DrivenProfile.Leave(new BoardOptions { Profile = Profile(Siren), Cabinet = BoardDesk.Profile() }, missing),
            StringComparison.Ordinal);
    }

    /// <summary>A process that was killed holds its lines until the kernel has buried it.</summary>
    [Fact]
    public async Task Safe_waits_for_a_line_that_a_dying_process_still_holds()
    {
        _chip.Hold(26, "call112-gateway");
        _chip.HoldersDieAfter = 8;
        Assert.Equal(0, (await SafeAsync(Profile(Siren))).Code);
        Assert.Equal([PinValue.High], _chip.LevelsOf(26));
    }

    [Fact]
    public async Task Safe_drives_all_others_says_which_line_stays_held_and_by_whom_and_ends_within_two_seconds()
    {
        _chip.Hold(26, "gpioset");
        var began = TimeProvider.System.GetTimestamp();
        var (code, told) = await SafeAsync(Profile($"{Siren}, {CardStrobe}", devices: Relays));
        Assert.Equal(1, code);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains("strobe", told, StringComparison.Ordinal);
        Assert.Contains("GPIO26 (pin 37) is held by 'gpioset'", _wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Safe_drives_what_it_can_of_a_profile_that_is_wrong_elsewhere_and_says_what_it_could_not()
    {
        var (code, _) = await SafeAsync(Profile(
            $$"""
            { "function": "strobe", "to": { "gpio": "twenty" } }, { "to": { "gpio": 5 } }, {{Siren}},
            { "function": "lampLink", "to": { "gpio": 99 } }, {{CardStrobe}}
            """));
        Assert.Equal(1, code);
        Assert.Equal([PinValue.High], _chip.LevelsOf(26));
        var wrong = _wrong.ToString();
        Assert.Contains("outputs[0]", wrong, StringComparison.Ordinal);
        Assert.Contains("outputs[1]", wrong, StringComparison.Ordinal);
        Assert.Contains("GPIO99", wrong, StringComparison.Ordinal);
        Assert.Contains("no relay card is named 'relays'", wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData(null)]
    public async Task Safe_without_a_readable_profile_says_so(string? content)
    {
        var path = Path.Combine(_folder, "broken.json");
        if (content is not null)
            await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(2, (await SafeAsync(path)).Code);
        Assert.Contains("broken.json", _wrong.ToString(), StringComparison.Ordinal);
    }

    private async Task<(int Code, Technician Screen)> TestAsync(string profile, string answers, bool buttonWorks = true)
    {
        var screen = new Technician(_chip, buttonWorks);
        var pace = new BoardTestPace
        {
            EnergiseFor = TimeSpan.FromMilliseconds(20),
            ReadBackWithin = TimeSpan.FromMilliseconds(200),
            HandWithin = TimeSpan.FromMilliseconds(buttonWorks ? 20_000 : 200),
            Sample = TimeSpan.FromMilliseconds(1),
        };
        var request = new BoardTestVerb.Request(profile, _folder, null, pace);
        var typed = new StringReader(answers.Replace(' ', '\n'));
        return (await BoardTestVerb.RunAsync(request, typed, screen, _wrong, Seat, CancellationToken.None), screen);
    }

    private JsonNode Record() => JsonNode.Parse(File.ReadAllText(Assert.Single(Directory.GetFiles(_folder, "board-test-*.json"))))!;

    [Fact]
    public async Task A_test_that_passes_ends_with_a_signed_record_of_exactly_this_profile()
    {
        const string health = """{ "function": "health", "to": { "card": { "device": "relays", "channel": 4 } }, "contact": "NormallyClosed", "fuse": "F4" }""";
        var profile = Profile($"{Siren}, {CardStrobe}, {health}", Acknowledge, Relays);
        var (code, screen) = await TestAsync(profile, "pkm-gogagoman y y y y y y y Rahmat");
        Assert.Equal(("", 0), (_wrong.ToString(), code));
        var record = Record();
        Assert.Equal(
            ("pkm-gogagoman", "desk", "Rahmat", "Passed"),
            ((string?)record["station"], (string?)record["profile"], (string?)record["signedBy"], (string?)record["result"]));
        var bytes = await File.ReadAllBytesAsync(profile, TestContext.Current.CancellationToken);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), (string?)record["profileSha256"]);
        Assert.Equal(
            ["siren Passed True", "strobe Passed True", "acknowledge Passed ", "health Passed "],
            record["steps"]!.AsArray().Select(step => $"{step!["function"]} {step["result"]} {(bool?)step["readBack"]}"));
        var text = File.ReadAllText(Assert.Single(Directory.GetFiles(_folder, "board-test-*.txt")));
        Assert.Contains("LULUS / PASSED", text, StringComparison.Ordinal);
        Assert.Contains("GPIO26 (pin 37)", text, StringComparison.Ordinal);
        // At no question was anything on, and the siren was on exactly once.
        Assert.Equal(0, screen.QuestionsWhileOn);
        Assert.Equal(1, _chip.LevelsOf(26).Count(level => level == PinValue.Low));
        Assert.Equal(0, _card.Relays);
    }

    [Fact]
    public async Task A_relay_that_does_not_follow_fails_whatever_the_technician_answers()
    {
        _chip.Force(26, PinValue.High);
        var (code, _) = await TestAsync(Profile(Siren), "pkm-x y y Rahmat");
        Assert.Equal(1, code);
        Assert.Equal(("Failed", "Failed"), ((string?)Record()["result"], (string?)Record()["steps"]![0]!["result"]));
    }

    [Fact]
    public async Task An_output_that_nobody_saw_fails_and_one_that_is_left_out_leaves_the_test_incomplete()
    {
        var (code, _) = await TestAsync(Profile(Siren), "pkm-x y t Rahmat");
        Assert.Equal((1, "Failed"), (code, (string?)Record()["result"]));
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        (code, _) = await TestAsync(Profile(Siren), "pkm-x l Rahmat");
        Assert.Equal((1, "Skipped"), (code, (string?)Record()["result"]));
    }

    [Fact]
    public async Task A_button_that_is_never_felt_fails_and_says_so()
    {
        var (code, screen) = await TestAsync(Profile("", Acknowledge), "pkm-x y t Rahmat", buttonWorks: false);
        Assert.Equal(1, code);
        Assert.Contains("tidak aktif / not active", screen.ToString(), StringComparison.Ordinal);
        Assert.Equal("tidak aktif / not active", (string?)Record()["steps"]![0]!["note"]);
    }

    [Theory]
    [InlineData("pkm-x y y")]
    [InlineData("pkm-x k")]
    [InlineData("")]
    public async Task A_test_that_nobody_signs_leaves_no_record(string answers)
    {
        var (code, _) = await TestAsync(Profile(Siren), answers);
        Assert.Equal(1, code);
        Assert.Empty(Directory.GetFiles(_folder, "board-test-*"));
        Assert.Equal(PinValue.High, _chip.LevelOf(26));
    }

    [Fact]
    public async Task A_test_is_refused_while_the_service_holds_the_lines()
    {
        _chip.Hold(26, "call112-gateway");
        var (code, _) = await TestAsync(Profile(Siren), "pkm-x");
        Assert.Equal(2, code);
        Assert.Contains("Layanan sedang berjalan", _wrong.ToString(), StringComparison.Ordinal);
        Assert.Contains("systemctl stop call112-gateway", _wrong.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Does what the screen says, and looks at the siren at every question.</summary>
    private sealed class Technician(SimulatedChip chip, bool buttonWorks) : StringWriter
    {
        public int QuestionsWhileOn { get; private set; }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.Contains("[y/t/u/l/k]", StringComparison.Ordinal) && chip.LevelOf(26) == PinValue.Low && chip.IsRequested(26))
                QuestionsWhileOn++;
            if (buttonWorks && value.Contains("tekan dan tahan", StringComparison.Ordinal))
                chip.Force(17, PinValue.Low);
            if (value.Contains("lepaskan", StringComparison.Ordinal))
                chip.Force(17, null);
        }
    }
}
