using Call112.Gateway.Cellular;
using Call112.Gateway.Commissioning;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Commissioning;

/// <summary>What the station must say of itself for a test to pass.</summary>
public sealed class PictureRulesTests
{
    private static readonly TimeSpan s_steady = TimeSpan.FromSeconds(30);

    private static readonly PositionOptions s_surveyed = new() { Surveyed = new GeoPoint(0.7346, 124.3162) };

    [Fact]
    public void A_line_passes_after_half_a_minute_without_a_break_and_not_a_moment_earlier()
    {
        var rule = new SteadyLinkRule("lan", s_steady);
        rule.Take(Picture(), At(0));
        rule.Take(null, At(29));
        Assert.Equal("the station does not answer", rule.Missing);
        rule.Take(Picture(), At(30));
        rule.Take(Picture(), At(59.9));
        Assert.Null(rule.Found);
        rule.Take(Picture(), At(60));
        Assert.Equal(AcceptanceResult.Passed, rule.Found!.Value.Result);
    }

    [Theory]
    [InlineData("lan", LinkVerdict.Down, LinkVerdict.Up, "uplink lan is Down")]
    [InlineData("lan", LinkVerdict.Suspect, LinkVerdict.Up, "uplink lan is Suspect")]
    [InlineData("lan", LinkVerdict.Up, LinkVerdict.Down, "the centre is Down")]
    [InlineData("lte", LinkVerdict.Up, LinkVerdict.Up, "no uplink lte")]
    public void A_line_or_a_centre_that_is_missing_is_named(string uplink, LinkVerdict line, LinkVerdict center, string missing)
    {
        var rule = new SteadyLinkRule(uplink, s_steady);
        rule.Take(Picture() with { Center = center, Uplinks = [new("lan", line)] }, At(0));
        rule.Take(Picture() with { Center = center, Uplinks = [new("lan", line)] }, At(100));
        Assert.Equal((null, missing), (rule.Found, rule.Missing));
    }

    [Fact]
    public void One_good_line_does_not_stand_for_the_other()
    {
        var rule = new SteadyLinkRule("lte", s_steady);
        var picture = Picture() with { Uplinks = [new("lan", LinkVerdict.Up), new("lte", LinkVerdict.Down)] };
        rule.Take(picture, At(0));
        rule.Take(picture, At(60));
        Assert.Null(rule.Found);
    }

    [Theory]
    [InlineData(-110.0, null, AcceptanceResult.Passed)]
    [InlineData(-110.5, 90.0, AcceptanceResult.Failed)]
    [InlineData(null, 20.0, AcceptanceResult.Passed)]
    [InlineData(null, 19.0, AcceptanceResult.Failed)]
    [InlineData(null, null, AcceptanceResult.Failed)]
    public void The_reference_signal_decides_and_without_it_the_percentage(double? rsrp, double? percent, AcceptanceResult result) =>
        Assert.Equal(result, PictureRules.Signal(Modem("connected", percent), new SignalFacts(rsrp, null, null, true)).Result);

    [Fact]
    public void A_modem_that_is_missing_or_in_no_network_fails_however_strong_it_hears()
    {
        Assert.Equal(AcceptanceResult.Failed, PictureRules.Signal(null, SignalFacts.None).Result);
        Assert.Equal(AcceptanceResult.Failed, PictureRules.Signal(Modem("searching", 90), new SignalFacts(-70, null, null, true)).Result);
    }

    [Fact]
    public void A_position_is_surveyed_or_believed_or_not_there()
    {
        var none = new PositionOptions();
        Assert.Equal(AcceptanceResult.NotPresent, PictureRules.Position(none, hasReceiver: false, null).Result);
        Assert.Equal(AcceptanceResult.Failed, PictureRules.Position(none, hasReceiver: true, new GnssReading(GnssState.Unproven, 0.7, 124.3)).Result);
        Assert.Equal("GNSS 0.73460, 124.31620", PictureRules.Position(none, hasReceiver: true, new GnssReading(GnssState.Fixed, 0.7346, 124.3162)).Seen);
        Assert.Equal(AcceptanceResult.Passed, PictureRules.Position(s_surveyed, hasReceiver: false, null).Result);
        Assert.Equal(AcceptanceResult.Passed, PictureRules.Position(s_surveyed, hasReceiver: true, new GnssReading(GnssState.NoFix)).Result);
    }

    [Theory]
    [InlineData(150, AcceptanceResult.Passed)]
    [InlineData(151, AcceptanceResult.Failed)]
    public void A_receiver_that_is_elsewhere_contradicts_the_survey(double off, AcceptanceResult result) => Assert.Equal(
        result,
        PictureRules.Position(s_surveyed, hasReceiver: true, new GnssReading(GnssState.Fixed, 0.73, 124.31, OffSurveyedM: off)).Result);

    [Fact]
    public void The_clock_must_be_set()
    {
        // F4: a box without a battery for its clock.
        Assert.Equal(AcceptanceResult.Failed, PictureRules.Clock(Picture() with { Clock = ClockState.Unsynchronized }).Result);
        Assert.Equal(AcceptanceResult.Failed, PictureRules.Clock(null).Result);
        Assert.Equal(AcceptanceResult.Passed, PictureRules.Clock(Picture()).Result);
    }

    [Theory]
    [InlineData(ReportEvent.OutputFault, "siren", "OutputFault siren")]
    [InlineData(ReportEvent.InputStuck, "panic", "InputStuck panic")]
    [InlineData(ReportEvent.StorageFault, null, "StorageFault")]
    [InlineData(ReportEvent.BatteryLow, null, "BatteryLow")]
    [InlineData(ReportEvent.MainsLost, null, "MainsLost")]
    [InlineData(ReportEvent.TamperOpened, null, "TamperOpened")]
    [InlineData(ReportEvent.PanicPressed, null, "PanicPressed")]
    public void What_stands_at_the_end_is_no_health(ReportEvent alarm, string? detail, string seen) =>
        Assert.Equal(Finding.Failed(seen), PictureRules.Health(Picture() with { Alarms = [new(alarm, detail)] }, null));

    [Fact]
    public void A_second_box_of_the_same_name_or_a_bad_certificate_is_no_health_and_one_that_is_renewed_soon_is_well()
    {
        // F20.
        Assert.Equal(Finding.Failed("IdentityTaken:lan"), PictureRules.Health(Picture() with { LinkFaults = ["IdentityTaken:lan"] }, null));
        Assert.Equal(
            Finding.Failed("CertificateFault:lan: torn"), PictureRules.Health(Picture() with { LinkFaults = ["CertificateFault:lan: torn"] }, null));
        Assert.Equal(
            AcceptanceResult.Passed, PictureRules.Health(Picture() with { LinkFaults = ["CertificateExpires:lan 2026-12-24"] }, null).Result);
    }

    [Fact]
    public void A_journal_that_is_not_sound_is_no_health_and_lines_have_a_test_of_their_own()
    {
        Assert.Equal(Finding.Failed("journal: torn"), PictureRules.Health(Picture(), "torn"));
        Assert.Equal(AcceptanceResult.Failed, PictureRules.Health(null, null).Result);
        StationPicture.Alarm[] lines = [new(ReportEvent.UplinkLost, "lte"), new(ReportEvent.CenterLost, null)];
        Assert.Equal(AcceptanceResult.Passed, PictureRules.Health(Picture() with { Alarms = lines }, null).Result);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static ModemFacts Modem(string state, double? percent) =>
        new("/org/freedesktop/ModemManager1/Modem/0", state, null, null, "TELKOMSEL", "lte", "home", percent, "sim", null, null, "EC25");

    private static StationPicture Picture() => new(
        new StationPicture.Who("pkm-gogagoman"), "boot-1", "0.1.0", ClockState.Synchronized, LinkVerdict.Up, [new("lan", LinkVerdict.Up)], [], [],
        AnnunciationStyle.Siren);
}
