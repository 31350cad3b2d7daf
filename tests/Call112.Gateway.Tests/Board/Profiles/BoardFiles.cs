using System.Runtime.CompilerServices;
using System.Text;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Tests.Board.Profiles;

/// <summary>The profiles and drawings that are shipped in hardware/, and profiles made of a few lines.</summary>
internal static class BoardFiles
{
    public static string Hardware { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../../hardware"));

    public static string Boards { get; } = Path.Combine(Hardware, "boards");

    /// <summary>Every shipped profile, by file name.</summary>
    public static IReadOnlyList<string> Shipped { get; } = [.. Json(Boards).Where(name => name != "board.schema.json")];

    /// <summary>Every broken profile, by file name.</summary>
    public static IReadOnlyList<string> Broken { get; } = [.. Json(Path.Combine(Boards, "broken"))];

    /// <summary>A sound cabinet on a Pi: siren and health relay on lines that the reset pulls off, one button.</summary>
    public static BoardProfile Sound { get; } = new(
        "sound", "a cabinet without faults", ["pinctrl-rp1"],
        [
            new OutputLine("siren", new WiredTo(Gpio: 20, Pin: 38), Contact: RelayContact.NormallyOpen, Fuse: "5 A"),
            new OutputLine(BoardFunctions.Health, new WiredTo(Gpio: 13, Pin: 33), Contact: RelayContact.NormallyClosed),
        ],
        [new InputLine("acknowledge", new WiredTo(Gpio: 17, Pin: 11))],
        ConfigTxt: ["dtparam=strict_gpiod"]);

    public static ProfileResult Parse(string json) => ProfileReader.Parse(Encoding.UTF8.GetBytes(json).AsSpan());

    private static IEnumerable<string> Json(string folder) =>
        Directory.GetFiles(folder, "*.json").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    private static string Here([CallerFilePath] string path = "") => path;
}
