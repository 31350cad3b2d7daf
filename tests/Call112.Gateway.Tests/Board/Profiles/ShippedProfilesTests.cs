using Call112.Gateway.Board.Profiles;
using Call112.Gateway.Verbs;
using Call112.Station;

namespace Call112.Gateway.Tests.Board.Profiles;

/// <summary>The profiles in hardware/boards, as a technician would use them.</summary>
public sealed class ShippedProfilesTests
{
    public static TheoryData<string> Shipped => [.. BoardFiles.Shipped];

    public static TheoryData<string> Broken => [.. BoardFiles.Broken];

    [Fact]
    public void All_builds_are_there_and_six_broken_ones()
    {
        Assert.Equal(["reference-a.json", "reference-b.json", "rig.json", "sixfab-ec25.json"], BoardFiles.Shipped);
        Assert.Equal(6, BoardFiles.Broken.Count);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_profile_may_be_driven_without_a_warning(string file)
    {
        var result = ProfileReader.Read(Path.Combine(BoardFiles.Boards, file));
        Assert.Empty(result.Errors);
        Assert.DoesNotContain(result.Findings, finding => finding.Severity != Severity.Note);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), result.Profile!.Name);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_profile_has_all_functions_of_the_station(string file)
    {
        var profile = ProfileReader.Read(Path.Combine(BoardFiles.Boards, file)).Profile!;
        Assert.Equal([.. Levels.AllInputs.Select(Levels.NameOf).Order()], profile.Inputs.Select(input => input.Function).Order());
        Assert.Equal([.. ProfileCheck.OutputFunctions.Order()], profile.Outputs.Select(output => output.Function).Order());
    }

    /// <summary>Build A and B differ in their relays only; a button stays on its pin when a post is rebuilt.</summary>
    [Fact]
    public void Builds_A_and_B_and_Sixfab_have_their_buttons_on_the_same_pins()
    {
        var files = new[] { "reference-a.json", "reference-b.json", "sixfab-ec25.json" };
        var places = files.Select(file =>
            ProfileReader.Read(Path.Combine(BoardFiles.Boards, file)).Profile!.Inputs
            .Select(input => (input.Function, input.To?.Gpio, input.Terminal)).ToList()).ToList();
        Assert.Equal(places[0], places[1]);
        Assert.Equal(places[0], places[2]);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Every_broken_profile_is_refused(string file)
    {
        var result = ProfileReader.Read(Path.Combine(BoardFiles.Boards, "broken", file));
        Assert.Null(result.Profile);
        Assert.NotEmpty(result.Errors);
    }

    /// <summary>What each broken profile is there for. The whole words are in broken/errors.txt.</summary>
    [Theory]
    [InlineData("gpio6-siren-on-modem.json", FindingRule.HatPin, "siren", "GPIO6 (pin 31)")]
    [InlineData("gpio6-siren-on-modem.json", FindingRule.HatConflict, "", "GPIO6 (pin 31)")]
    [InlineData("gpio26-relay-on-modem-power.json", FindingRule.HatPin, "siren", "GPIO26 (pin 37)")]
    [InlineData("relays-on-at-boot.json", FindingRule.WrongPull, "siren", "GPIO26 (pin 37)")]
    [InlineData("relays-on-at-boot.json", FindingRule.WrongPull, "strobe", "GPIO20 (pin 38)")]
    [InlineData("bus-clashes.json", FindingRule.AddressClash, "", "I2C 0x48")]
    [InlineData("bus-clashes.json", FindingRule.AddressClash, "", "I2C 0x68")]
    [InlineData("bus-clashes.json", FindingRule.UnknownDevice, "strobe", "")]
    [InlineData("names-and-pins.json", FindingRule.UnknownFunction, "", "")]
    [InlineData("names-and-pins.json", FindingRule.MissingFunction, "siren", "")]
    [InlineData("names-and-pins.json", FindingRule.PinMismatch, "acknowledge", "GPIO17 (pin 11)")]
    [InlineData("names-and-pins.json", FindingRule.LineTwice, "responding", "GPIO17 (pin 11)")]
    [InlineData("inputs-that-cannot-tell.json", FindingRule.LoopWindows, "panic", "channel A0 of adc")]
    [InlineData("inputs-that-cannot-tell.json", FindingRule.Channel, "test", "channel A0 of adc")]
    [InlineData("inputs-that-cannot-tell.json", FindingRule.Bias, "tamper", "GPIO25 (pin 22)")]
    [InlineData("inputs-that-cannot-tell.json", FindingRule.Feedback, "siren", "GPIO20 (pin 38)")]
    public void A_broken_profile_fails_for_its_own_reason(string file, FindingRule rule, string function, string where) =>
        Assert.Contains(
            ProfileReader.Read(Path.Combine(BoardFiles.Boards, "broken", file)).Findings,
            finding => finding.Severity == Severity.Error && (finding.Rule, finding.Function, finding.Where) == (rule, function, where));

    /// <summary>Written anew by <c>board check hardware/boards/broken/*.json</c> in that folder, and read before it is committed.</summary>
    [Fact]
    public void The_words_of_board_check_on_the_broken_profiles_are_those_of_errors_txt()
    {
        var output = new StringWriter { NewLine = "\n" };
        var folder = Path.Combine(BoardFiles.Boards, "broken");
        Assert.Equal(CommandLine.Failed, BoardCheckVerb.Run([.. BoardFiles.Broken.Select(file => Path.Combine(folder, file))], output));
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "errors.txt")),
            output.ToString().Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal));
    }

    [Fact]
    public void Board_check_is_well_with_the_shipped_profiles_and_fails_when_one_of_many_cannot_be_read()
    {
        var output = new StringWriter();
        Assert.Equal(CommandLine.Well, BoardCheckVerb.Run([.. BoardFiles.Shipped.Select(file => Path.Combine(BoardFiles.Boards, file))], output));
        Assert.Equal(CommandLine.Failed,
            BoardCheckVerb.Run([Path.Combine(BoardFiles.Boards, "absent.json"), Path.Combine(BoardFiles.Boards, "rig.json")], output));
        Assert.Contains("absent.json: refused: errors 1, warnings 0, notes 0", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Board_show_has_a_row_for_each_function_with_its_pin(string file)
    {
        var (output, faults) = (new StringWriter(), new StringWriter());
        Assert.Equal(CommandLine.Well, BoardShowVerb.Run(Path.Combine(BoardFiles.Boards, file), output, faults));
        Assert.Empty(faults.ToString());
        var lines = output.ToString().Split('\n');
        foreach (var row in WiringTable.Of(ProfileReader.Read(Path.Combine(BoardFiles.Boards, file)).Profile!))
        {
            var line = Assert.Single(lines, line => line.Contains($"  {row.Label.Indonesian} / {row.Label.English}", StringComparison.Ordinal));
            Assert.StartsWith(row.Pin is { } pin ? $"{pin} " : "- ", line, StringComparison.Ordinal);
            Assert.Contains(row.Place, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Board_show_says_why_a_file_is_no_profile()
    {
        var faults = new StringWriter();
        Assert.Equal(CommandLine.Failed, BoardShowVerb.Run(Path.Combine(BoardFiles.Boards, "absent.json"), TextWriter.Null, faults));
        Assert.Contains("absent.json: error:", faults.ToString(), StringComparison.Ordinal);
    }
}
