using System.Globalization;
using System.Text.RegularExpressions;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Tests.Hardware;

/// <summary>
/// What the Pi does to the lines before the service runs (F11): fragments of config.txt, overlay, checklists and profiles say the same.
/// </summary>
public sealed partial class BootTests
{
    /// <summary>Lines that no fragment may touch: HAT EEPROM, I²C, console.</summary>
    private static readonly int[] s_reserved = [0, 1, 2, 3, 14, 15];

    private static readonly Dictionary<string, (string Build, string Profile)> s_builds = new()
    {
        ["config-reference-a.txt"] = ("A", "reference-a"),
        ["config-reference-b.txt"] = ("B", "reference-b"),
        ["config-sixfab.txt"] = ("Sixfab", "sixfab-ec25"),
    };

    public static TheoryData<string> Fragments => new(s_builds.Keys);

    [Theory]
    [MemberData(nameof(Fragments))]
    public void Every_setting_says_above_it_why_it_is_there(string file)
    {
        var lines = HardwareFolder.Text($"boot/{file}").Split('\n');
        for (var i = 1; i < lines.Length; i++)
            if (IsSetting(lines[i]))
                Assert.True(lines[i - 1].StartsWith("# ", StringComparison.Ordinal), $"{file}: no reason above {lines[i]}");
    }

    [Theory]
    [MemberData(nameof(Fragments))]
    public void No_line_is_set_twice_and_none_of_the_reserved_ones(string file)
    {
        var pins = Settings(file).SelectMany(Pins).ToList();

        Assert.Equal(pins.Distinct().Count(), pins.Count);
        Assert.All(pins, pin => Assert.InRange(pin, 0, 27));
        Assert.Empty(pins.Intersect(s_reserved));
    }

    [Theory]
    [MemberData(nameof(Fragments))]
    public void The_overlay_pulls_up_the_same_inputs(string file)
    {
        var overlay = OverlayPins().Match(HardwareFolder.Text("boot/call112-cabinet.dts")).Groups["pins"].Value;

        Assert.Equal(PinsOf(file, "ip,pu"), overlay.Split(' ').Select(pin => int.Parse(pin, CultureInfo.InvariantCulture)).Order());
    }

    [Theory]
    [MemberData(nameof(Fragments))]
    public void Both_checklists_expect_in_test_1_what_the_fragment_sets(string file)
    {
        string Column(string level) => PinsOf(file, level) is { Count: > 0 } pins ? string.Join(' ', pins) : "–";
        var row = $"| {s_builds[file].Build} | {Column("ip,pu")} | {Column("op,dl")} | {Column("op,dh")} | {Column("ip,pd")} |";

        Assert.Contains(row, HardwareFolder.Text("acceptance/daftar-uji.md"), StringComparison.Ordinal);
        Assert.Contains(row, HardwareFolder.Text("acceptance/checklist.md"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Fragments))]
    public void Every_config_line_of_the_profile_is_in_its_fragment(string file)
    {
        Assert.SkipUnless(Directory.Exists(HardwareFolder.PathOf("boards")), "the board profiles are not in this tree");
        var result = ProfileReader.Read(HardwareFolder.PathOf($"boards/{s_builds[file].Profile}.json"));

        Assert.Empty(result.Errors);
        Assert.NotEmpty(result.Profile!.ConfigTxt!);
        Assert.Empty(result.Profile.ConfigTxt!.Except(Settings(file)));
    }

    private static bool IsSetting(string line) => line.Length > 0 && line[0] is not ('#' or '[');

    private static IEnumerable<string> Settings(string file) => HardwareFolder.Text($"boot/{file}").Split('\n').Where(IsSetting);

    private static List<int> PinsOf(string file, string level) =>
        Settings(file).Where(line => line.EndsWith("=" + level, StringComparison.Ordinal)).SelectMany(Pins).Order().ToList();

    private static IEnumerable<int> Pins(string setting) => GpioSetting().Match(setting) is { Success: true } match
        ? match.Groups["pins"].Value.Split(',').Select(pin => int.Parse(pin, CultureInfo.InvariantCulture))
        : [];

    [GeneratedRegex(@"^gpio=(?<pins>[0-9,]+)=")]
    private static partial Regex GpioSetting();

    [GeneratedRegex(@"brcm,pins = <(?<pins>[0-9 ]+)>")]
    private static partial Regex OverlayPins();
}
