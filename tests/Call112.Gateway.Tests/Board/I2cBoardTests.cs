using System.Device.Gpio;
using Call112.Gateway.Board;
using Call112.Gateway.Board.Profiles;
using Call112.Station;
using static Call112.Gateway.Tests.Board.BoardDesk;

namespace Call112.Gateway.Tests.Board;

/// <summary>Relay cards, converters and gauges, and what becomes of a cabinet when one of them is silent.</summary>
public sealed class I2cBoardTests : IDisposable
{
    private readonly BoardDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    private static BoardProfile Mixed => Profile([Relay("buzzer", 22), CardRelay("siren", 1), CardRelay("strobe", 2)], devices: [Relays]);

    [Fact]
    public void A_card_that_kept_its_relays_from_an_earlier_life_is_off_when_the_board_stands()
    {
        var card = _desk.Lay(new SimulatedRelayCard());
        card.Write([0, 0x0f]);
        var board = _desk.Start(Mixed);
        Assert.Equal(0, card.Relays);
        board.Write(Outputs.Siren | Outputs.Buzzer);
        Assert.Equal(0b01, card.Relays);
        Assert.Equal(Outputs.Siren | Outputs.Buzzer, board.ReadBack());
    }

    [Fact]
    public void A_vanished_card_costs_its_own_outputs_only_and_is_driven_again_when_it_is_back_without_being_asked()
    {
        var card = _desk.Lay(new SimulatedRelayCard());
        var board = _desk.Start(Mixed);
        card.Unplugged = true;
        board.Write(Outputs.Siren | Outputs.Buzzer);
        Assert.Equal(PinValue.Low, _desk.Chip.LevelOf(22));
        // The buzzer follows; of the card's two, each reads as the opposite of what was asked.
        Assert.Equal(Outputs.Buzzer | Outputs.Strobe, board.ReadBack());
        Assert.Single(_desk.Logs.Lines, line => line.Id == LogEvents.BoardPartSilent && line.Text.Contains("relays", StringComparison.Ordinal));
        _desk.Tick(20);
        card.PowerUp();
        card.Unplugged = false;
        _desk.Tick(3);
        Assert.Equal(0b01, card.Relays);
        Assert.Equal(Outputs.Siren | Outputs.Buzzer, board.ReadBack());
        Assert.Equal(1, _desk.Logs.Count(LogEvents.BoardPartBack));
    }

    /// <summary>A bus that hangs blocks each question for as long as the kernel waits: the loop pays once, the bus's thread the rest.</summary>
    [Fact]
    public void A_silent_card_is_not_asked_again_by_the_loops_writes()
    {
        var card = _desk.Lay(new SimulatedRelayCard());
        var board = _desk.Start(Mixed);
        card.Unplugged = true;
        board.Write(Outputs.Siren);
        card.Unplugged = false;
        var answered = card.Answered;
        board.Write(Outputs.Siren | Outputs.Strobe);
        board.ReadBack();
        Assert.Equal(answered, card.Answered);
        _desk.Tick(3);
        Assert.Equal(0b11, card.Relays);
    }

    [Fact]
    public void A_card_that_lost_its_power_in_between_reads_back_off_and_the_next_write_sets_it()
    {
        var card = _desk.Lay(new SimulatedRelayCard());
        var board = _desk.Start(Mixed);
        board.Write(Outputs.Siren);
        card.PowerUp();
        _desk.Tick(3);
        Assert.Equal(Outputs.None, board.ReadBack());
        board.Write(Outputs.Siren);
        Assert.Equal(Outputs.Siren, board.ReadBack());
    }

    [Fact]
    public void A_relay_that_is_stuck_reads_back_as_it_is()
    {
        var card = _desk.Lay(new SimulatedRelayCard { Stuck = 0b01 });
        var board = _desk.Start(Mixed);
        board.Write(Outputs.Siren | Outputs.Strobe);
        Assert.Equal((0b10, Outputs.Strobe), (card.Relays, board.ReadBack()));
    }

    /// <summary>A fuel gauge that died in a power cut must not keep a post deaf.</summary>
    [Fact]
    public void A_card_that_is_missing_at_the_start_is_told_and_the_rest_is_driven()
    {
        _desk.Lay(new SimulatedRelayCard { Unplugged = true });
        var board = _desk.Start(Mixed);
        board.Write(Outputs.Siren | Outputs.Buzzer);
        Assert.Equal(Outputs.Buzzer | Outputs.Strobe, board.ReadBack());
        Assert.Contains(_desk.Logs.Lines,
            line => line.Text.Contains("0x0e", StringComparison.Ordinal) && line.Text.Contains("i2cdetect -y 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bus_that_is_not_there_stops_the_start()
    {
        var e = Assert.Throws<BoardException>(() => _desk.Start(Mixed));
        Assert.Contains("relays: the I²C bus 1", e.Problem, StringComparison.Ordinal);
        Assert.Contains("dtparam=i2c_arm=on", e.Remedy, StringComparison.Ordinal);
        Assert.True(_desk.Chip.Disposed);
    }

    [Fact]
    public void The_health_relay_of_a_card_falls_with_the_board()
    {
        var card = _desk.Lay(new SimulatedRelayCard());
        var board = _desk.Start(Profile([CardRelay("siren", 1), CardRelay("health", 4)], devices: [Relays]));
        board.Write(Outputs.Siren);
        Assert.Equal(0b1001, card.Relays);
        board.Dispose();
        Assert.Equal(0, card.Relays);
    }

    /// <summary>The process ends: there is no later, and a card that counted as silent may hear again by now (F11).</summary>
    [Fact]
    public void Safe_tries_a_card_that_counted_as_silent_once_more()
    {
        var card = _desk.Lay(new SimulatedRelayCard());
        var board = _desk.Start(Mixed);
        board.Write(Outputs.Siren);
        card.Unplugged = true;
        board.Write(Outputs.Siren | Outputs.Strobe);
        card.Unplugged = false;
        board.Safe();
        Assert.Equal(0, card.Relays);
    }

    [Fact]
    public void An_isolated_input_of_a_card_follows_and_is_told_as_cut_when_the_card_is_silent_for_a_second()
    {
        var card = _desk.Lay(new SimulatedRelayCard());
        var board = _desk.Start(Profile(
            inputs: [new InputLine("mainsFail", new WiredTo(Card: new CardChannel("relays", 3)), ActiveLow: true)], devices: [Relays]));
        Assert.Equal(new InputSample(Inputs.MainsFail), board.ReadInputs());
        card.Inputs = 0b100;
        _desk.Tick(2);
        Assert.Equal(new InputSample(Inputs.None), board.ReadInputs());
        card.Unplugged = true;
        _desk.Tick(98);
        Assert.Equal(new InputSample(Inputs.None), board.ReadInputs());
        _desk.Tick(4);
        Assert.Equal(new InputSample(Inputs.None, Cut: Inputs.MainsFail), board.ReadInputs());
    }

    /// <summary>hardware.md §3.2: 4k7 at the far end, 4k7 across the contact, 3.3 V.</summary>
    [Theory]
    [InlineData(0.00, Inputs.None, Inputs.None, Inputs.Panic)]
    [InlineData(0.79, Inputs.None, Inputs.None, Inputs.Panic)]
    [InlineData(1.65, Inputs.None, Inputs.None, Inputs.None)]
    [InlineData(1.92, Inputs.None, Inputs.None, Inputs.None)]
    [InlineData(2.20, Inputs.Panic, Inputs.None, Inputs.None)]
    [InlineData(2.74, Inputs.Panic, Inputs.None, Inputs.None)]
    [InlineData(3.30, Inputs.None, Inputs.Panic, Inputs.None)]
    public void A_supervised_loop_tells_normal_pressed_cut_and_short(double volts, Inputs active, Inputs cut, Inputs shorted)
    {
        var converter = _desk.Lay(new SimulatedAds1115());
        converter.Volts[0] = 1.65;
        converter.Volts[1] = volts;
        var board = _desk.Start(Profile(
            inputs: [new InputLine("tamper", Loop: new SupervisedLoop("loops", 0)), new InputLine("panic", Loop: new SupervisedLoop("loops", 1))],
            devices: [new BoardDevice("loops", DeviceKind.Ads1115, 0x48)]));
        Assert.Equal(new InputSample(active, cut, shorted), board.ReadInputs());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_converter_that_is_silent_or_never_ready_is_told_as_a_cut_loop_after_a_second_and_recovers(bool unplugged)
    {
        var converter = _desk.Lay(new SimulatedAds1115());
        converter.Volts[0] = 1.65;
        var board = _desk.Start(Profile(
            inputs: [new InputLine("panic", Loop: new SupervisedLoop("loops", 0))], devices: [new BoardDevice("loops", DeviceKind.Ads1115, 0x48)]));
        (converter.Unplugged, converter.BusyFor) = (unplugged, unplugged ? 0 : 1_000);
        _desk.Tick(99);
        Assert.Equal(new InputSample(Inputs.None), board.ReadInputs());
        _desk.Tick(4);
        Assert.Equal(new InputSample(Inputs.None, Cut: Inputs.Panic), board.ReadInputs());
        (converter.Unplugged, converter.BusyFor) = (false, 3);
        converter.PowerUp();
        _desk.Tick(3);
        Assert.Equal(new InputSample(Inputs.None), board.ReadInputs());
    }

    /// <summary>hardware.md §3.2: more than 200 mA within 500 ms proves that the siren sounds.</summary>
    [Fact]
    public void A_siren_is_believed_by_its_current_and_by_nothing_when_the_sensor_is_silent()
    {
        var sensor = _desk.Lay(new SimulatedIna219());
        var board = _desk.Start(Profile(
            [Relay("siren", 26, feedback: new OutputFeedback(Current: "siren-current", AboveMilliamperes: 200))],
            devices: [new BoardDevice("siren-current", DeviceKind.Ina219, 0x40, Role: GaugeRole.Siren)]));
        board.Write(Outputs.Siren);
        sensor.Amperes = 0.19;
        _desk.Tick(11);
        Assert.Equal(Outputs.None, board.ReadBack());
        sensor.Amperes = 1.5;
        _desk.Tick(11);
        Assert.Equal(Outputs.Siren, board.ReadBack());
        Assert.Equal(1.5, board.Gauges.SirenAmperes!.Value, 3);
        sensor.Unplugged = true;
        _desk.Tick(62);
        Assert.Equal(Outputs.None, board.ReadBack());
        board.Write(Outputs.None);
        Assert.Equal(Outputs.Siren, board.ReadBack());
    }

    [Fact]
    public void Gauges_tell_volts_charge_and_current_and_nothing_once_they_are_silent_for_five_seconds()
    {
        var ups = _desk.Lay(new SimulatedIna219(0x42) { Amperes = -0.75, Volts = 7.96 });
        var fuel = _desk.Lay(new SimulatedMax17040 { Cell = 0xC000, Charge = 0x5880 });
        var board = _desk.Start(Profile(devices:
        [
            new BoardDevice("ups", DeviceKind.Ina219, 0x42, Role: GaugeRole.Battery),
            new BoardDevice("fuel", DeviceKind.Max17040, 0x36),
        ]));
        Assert.Equal(7.96, board.Gauges.BatteryVolts!.Value, 3);
        // Discharging: current out of the UPS.
        Assert.Equal(0.75, board.Gauges.SupplyAmperes!.Value, 3);
        Assert.Equal(88.5, board.Gauges.BatteryPercent!.Value, 3);
        ups.Unplugged = true;
        _desk.Clock.Advance(TimeSpan.FromSeconds(7));
        // 0xC000 · 1.25 mV / 16.
        Assert.Equal(3.84, board.Gauges.BatteryVolts!.Value, 3);
        Assert.Null(board.Gauges.SupplyAmperes);
        fuel.Unplugged = true;
        _desk.Clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(BoardGauges.None, board.Gauges);
    }
}
