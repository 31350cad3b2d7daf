using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Tests.Board.Profiles;

/// <summary>One change of a sound cabinet for each rule, and what it must say (F11, F12, hardware.md §0.6, §3, §5).</summary>
public sealed class ProfileCheckTests
{
    private static readonly BoardProfile s_sound = BoardFiles.Sound;

    [Fact]
    public void A_sound_cabinet_has_no_findings() => Assert.Empty(ProfileCheck.Check(s_sound));

    /// <summary>F11: the whole point of the pulls. Every line of the header, both polarities.</summary>
    [Fact]
    public void A_siren_that_the_reset_would_energise_is_refused_on_every_line_and_on_no_other()
    {
        foreach (var gpio in Enumerable.Range(0, 28).Except([0, 1, 2, 3, 13, 14, 15, 17]))
            foreach (var activeLow in (bool[])[false, true])
            {
                var findings = ProfileCheck.Check(WithSiren(s_sound.Outputs[0] with { To = new WiredTo(gpio), ActiveLow = activeLow }));
                // Active-low is on at low: GPIO 9 … 27, which are pulled down; active-high is on at high: GPIO 0 … 8.
                if (activeLow == (gpio >= 9))
                    Assert.Equal((FindingRule.WrongPull, Severity.Error, "siren"), Key(Assert.Single(findings)));
                else
                    Assert.Empty(findings);
            }
    }

    [Fact]
    public void A_stated_remedy_against_the_pull_is_told_as_a_note_and_believed_only_with_the_firmware_line()
    {
        var built = WithSiren(
            s_sound.Outputs[0] with { ActiveLow = true }) with
        { Remedies = [new Remedy(FindingRule.WrongPull, "siren", "R1, 10 kOhm to 3V3")] };
        var half = Assert.Single(ProfileCheck.Check(built));
        Assert.Equal(Severity.Warning, half.Severity);
        Assert.Contains("but configTxt has no gpio=20=op,dh", half.Text, StringComparison.Ordinal);
        var whole = Assert.Single(ProfileCheck.Check(built with { ConfigTxt = ["dtparam=strict_gpiod", "gpio=19-20=op,dh"] }));
        Assert.Equal(Severity.Note, whole.Severity);
        Assert.Contains("Built: R1, 10 kOhm to 3V3", whole.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lamp_on_the_wrong_pull_glows_at_boot_which_is_a_warning() =>
        Found(
            s_sound with { Outputs = [.. s_sound.Outputs, new OutputLine("lampStatus", new WiredTo(7))] },
            Severity.Warning, FindingRule.WrongPull, "lampStatus", "GPIO7 (pin 26)", "gpio=7=op,dl");

    [Fact]
    public void A_remedy_cannot_answer_a_conflict() =>
        Found(
            s_sound with { Remedies = [new Remedy(FindingRule.LineTwice, "siren", "two wires under one screw")] },
            Severity.Error, FindingRule.Value, "siren", "", "LineTwice cannot be answered");

    [Fact]
    public void A_relay_card_that_outlives_the_Pi_needs_a_timer_for_the_siren_and_cannot_carry_the_health_relay()
    {
        var card = s_sound with
        {
            Devices = [new BoardDevice("relays", DeviceKind.Sequent4Rel4In, 0x0E)],
            ConfigTxt = ["dtparam=strict_gpiod", "dtparam=i2c_arm=on"],
            Outputs = [.. s_sound.Outputs.Select((output, i) => output with { To = new WiredTo(Card: new CardChannel("relays", i + 1)) })],
        };
        Found(card, Severity.Warning, FindingRule.CardKeepsState, "siren", "relay 1 of relays (I2C 0x0E)", "timer relay");
        Found(card, Severity.Warning, FindingRule.CardKeepsState, "health", "relay 2 of relays (I2C 0x0E)", "a dead box would look healthy");
        var told = card with { Remedies = [new Remedy(FindingRule.CardKeepsState, "siren", "timer relay K9, 11 min")] };
        Found(told, Severity.Warning, FindingRule.CardKeepsState, "siren", "relay 1 of relays (I2C 0x0E)", "but maxOnSeconds is not written");
        Found(
            told with { Outputs = [told.Outputs[0] with { MaxOnSeconds = 660 }, told.Outputs[1]] },
            Severity.Note, FindingRule.CardKeepsState, "siren", "relay 1 of relays (I2C 0x0E)", "Built: timer relay K9");
    }

    /// <summary>The pull gives the level of an open contact; all eight cases.</summary>
    [Theory]
    [InlineData(LineBias.PullUp, false, true, true)]
    [InlineData(LineBias.PullUp, false, false, false)]
    [InlineData(LineBias.PullUp, true, true, false)]
    [InlineData(LineBias.PullUp, true, false, true)]
    [InlineData(LineBias.PullDown, false, true, false)]
    [InlineData(LineBias.PullDown, false, false, true)]
    [InlineData(LineBias.PullDown, true, true, true)]
    [InlineData(LineBias.PullDown, true, false, false)]
    public void An_input_whose_pull_contradicts_its_contact_is_refused(LineBias bias, bool normallyClosed, bool activeLow, bool sound)
    {
        var findings = ProfileCheck.Check(WithButton(s_sound.Inputs[0] with { Bias = bias, NormallyClosed = normallyClosed, ActiveLow = activeLow }));
        if (sound)
            Assert.Empty(findings);
        else
            Assert.Equal((FindingRule.Bias, Severity.Error, "acknowledge"), Key(Assert.Single(findings)));
    }

    /// <summary>Reset, bus, console and what overlays take.</summary>
    [Theory]
    [InlineData(1, "", "EEPROM")]
    [InlineData(2, "dtparam=i2c_arm=on", "I²C bus")]
    [InlineData(14, "enable_uart=1", "serial console")]
    [InlineData(9, "dtparam=spi=on", "dtparam=spi=on")]
    [InlineData(4, "dtoverlay=w1-gpio", "dtoverlay=w1-gpio")]
    [InlineData(26, "dtoverlay=gpio-hog", "dtoverlay=gpio-hog")]
    [InlineData(5, "dtoverlay=gpio-hog,gpio=5,output-low", "gpio-hog")]
    [InlineData(5, "gpio=5=op,dl", "drives this input")]
    public void A_button_on_a_line_that_something_else_owns_is_refused(int gpio, string configTxt, string what)
    {
        var profile = WithButton(s_sound.Inputs[0] with { To = new WiredTo(gpio) }) with { ConfigTxt = ["dtparam=strict_gpiod", configTxt] };
        Assert.Contains(what, Assert.Single(ProfileCheck.Check(profile), finding => finding.Severity == Severity.Error).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_free_line_that_a_remedy_proposes_is_really_free()
    {
        var hat = new Hat("modem", [new HatPin(17, "RI"), new HatPin(4, "FLIGHT"), new HatPin(5, "RESET")], Verified: true);
        var finding = Assert.Single(ProfileCheck.Check(s_sound with { Hats = [hat] }));
        Assert.Equal((FindingRule.HatPin, Severity.Error, "acknowledge"), Key(finding));
        Assert.Equal("move acknowledge to a free line: GPIO6 (pin 31), GPIO7 (pin 26), GPIO8 (pin 24)", finding.Remedy);
        var moved = WithButton(s_sound.Inputs[0] with { To = new WiredTo(6) }) with { Hats = [hat] };
        Assert.Empty(ProfileCheck.Check(moved));
    }

    [Fact]
    public void A_HAT_line_that_may_be_reused_is_no_conflict() =>
        Assert.Empty(ProfileCheck.Check(s_sound with { Hats = [new Hat("modem", [new HatPin(17, "button", MustStayFree: false)], Verified: true)] }));

    [Fact]
    public void A_feedback_line_is_a_line_like_any_other() =>
        Found(
            WithSiren(s_sound.Outputs[0] with { Feedback = new OutputFeedback(new WiredTo(17)) }),
            Severity.Error, FindingRule.LineTwice, "acknowledge", "GPIO17 (pin 11)", "siren feedback");

    [Theory]
    [InlineData(null, "no threshold")]
    [InlineData(0.0, "beyond 0 … 3200 mA")]
    [InlineData(3200.0, "beyond 0 … 3200 mA")]
    [InlineData(double.NaN, "beyond 0 … 3200 mA")]
    public void A_current_threshold_must_be_one_that_the_shunt_can_measure(double? threshold, string what)
    {
        var profile = WithSiren(s_sound.Outputs[0] with { Feedback = new OutputFeedback(Current: "current", AboveMilliamperes: threshold) }) with
        {
            Devices = [new BoardDevice("current", DeviceKind.Ina219, 0x40, ShuntOhms: 0.1)],
            ConfigTxt = ["dtparam=strict_gpiod", "dtparam=i2c_arm=on"],
        };
        Found(profile, Severity.Error, FindingRule.Feedback, "siren", "GPIO20 (pin 38)", what);
    }

    /// <summary>Every order of the three thresholds but the right one, and thresholds that lie too close.</summary>
    [Theory]
    [InlineData(0.8, 1.93, 2.75, true)]
    [InlineData(0.8, 2.75, 1.93, false)]
    [InlineData(1.93, 0.8, 2.75, false)]
    [InlineData(2.75, 1.93, 0.8, false)]
    [InlineData(0.0, 1.93, 2.75, false)]
    [InlineData(0.8, 1.93, 1.98, false)]
    [InlineData(0.8, 1.93, 3.3, false)]
    [InlineData(double.NaN, 1.93, 2.75, false)]
    public void The_windows_of_a_loop_stand_in_order(double low, double pressed, double cut, bool sound)
    {
        var findings = ProfileCheck.Check(s_sound with
        {
            Inputs = [.. s_sound.Inputs, new InputLine("panic", NormallyClosed: true, Loop: new SupervisedLoop("adc", 0, low, pressed, cut))],
            Devices = [new BoardDevice("adc", DeviceKind.Ads1115, 0x48)],
            ConfigTxt = ["dtparam=strict_gpiod", "dtparam=i2c_arm=on"],
        });
        if (sound)
            Assert.Empty(findings);
        else
            Assert.Equal((FindingRule.LoopWindows, Severity.Error, "panic"), Key(Assert.Single(findings)));
    }

    [Fact]
    public void A_quiet_office_may_state_that_it_has_no_siren()
    {
        var quiet = s_sound with { Outputs = [s_sound.Outputs[1], new OutputLine("buzzer", new WiredTo(22))] };
        Found(quiet, Severity.Error, FindingRule.MissingFunction, "siren", "", "would stay silent");
        Assert.Equal(
            Severity.Note, Assert.Single(
                ProfileCheck.Check(quiet with
                {
                    Remedies = [
                new Remedy(FindingRule.MissingFunction, "siren", "office, annunciation Chime")]
                })).Severity);
    }

    [Fact]
    public void Without_strict_gpiod_a_dead_service_leaves_its_outputs_driven() =>
        Found(s_sound with { ConfigTxt = null }, Severity.Warning, FindingRule.ConfigTxt, "", "", "strict_gpiod");

    private static BoardProfile WithSiren(OutputLine siren) => s_sound with { Outputs = [siren, s_sound.Outputs[1]] };

    private static BoardProfile WithButton(InputLine button) => s_sound with { Inputs = [button] };

    private static (FindingRule Rule, Severity Severity, string Function) Key(Finding finding) => (finding.Rule, finding.Severity, finding.Function);

    private static void Found(BoardProfile profile, Severity severity, FindingRule rule, string function, string where, string text)
    {
        var finding = Assert.Single(ProfileCheck.Check(profile), finding => finding.Rule == rule && finding.Function == function);
        Assert.Equal((severity, where), (finding.Severity, finding.Where));
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }
}
