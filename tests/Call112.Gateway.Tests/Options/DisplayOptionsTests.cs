using Call112.Gateway.Options;

namespace Call112.Gateway.Tests.Options;

/// <summary>The part "display" of station.json, in a build with the opt-in drivers and in one without.</summary>
public sealed class DisplayOptionsTests
{
#if IOT_BINDINGS
    [Theory]
    [InlineData("""{ "kind": "oled" }""", "display.kind")]
    [InlineData("{ }", "display.kind")]
    [InlineData("""{ "kind": "lcd2004", "i2cBus": -1 }""", "display.i2cBus")]
    [InlineData("""{ "kind": "lcd2004", "address": 72 }""", "display.address")]
    public void A_wrong_display_is_refused_by_its_field(string display, string field) =>
        Assert.Equal(field, Assert.Single(Read(display).Errors).Field);

    [Fact]
    public void A_display_without_more_words_hangs_on_the_header_at_the_usual_address() =>
        Assert.Equal(new DisplayOptions("lcd1602", 1, 0x27), Read("""{ "kind": "lcd1602" }""").Options!.Display);
#else
    [Fact]
    public void A_display_is_refused_by_a_build_that_has_no_drivers_with_the_way_to_one()
    {
        var error = Assert.Single(Read("""{ "kind": "lcd2004" }""").Errors);
        Assert.Equal("display", error.Field);
        Assert.Contains("-p:IotBindings=true", error.Reason, StringComparison.Ordinal);
    }
#endif

    private static OptionsResult Read(string display) => OptionsBuilder.Build(
        System.Text.Json.JsonSerializer.Deserialize(
            $$"""{ "station": { "id": "pkm-gogagoman" }, "uplinks": [ { "broker": "mqtt://127.0.0.1" } ], "display": {{display}} }""",
            StationFileJsonContext.Default.StationFile)!,
        ".");
}
