using System.Xml.Linq;
using Call112.Gateway.Board.Profiles;
using Call112.Wiring;

namespace Call112.Gateway.Tests.Board.Profiles;

/// <summary>The drawings in hardware/wiring are those of today's profiles, and tell every wire of them.</summary>
public sealed class WiringDrawingTests
{
    private const double PageWidth = 297, PageHeight = 210;

    public static TheoryData<string> Drawn => [.. BoardFiles.Shipped.Where(file => file != "rig.json")];

    /// <summary>Drawn anew by <c>hardware/wiring/draw</c>, and looked at before they are committed.</summary>
    [Theory]
    [MemberData(nameof(Drawn))]
    public void The_committed_drawings_are_what_the_generator_draws_now(string file)
    {
        foreach (var sheet in Sheets.Of(Profile(file)))
            Assert.Equal(File.ReadAllText(Path.Combine(BoardFiles.Hardware, "wiring", sheet.FileName)), sheet.Svg);
    }

    [Theory]
    [MemberData(nameof(Drawn))]
    public void Every_wire_is_on_the_drawings_with_its_name_place_terminal_and_fuse(string file)
    {
        var profile = Profile(file);
        var texts = Sheets.Of(profile).SelectMany(sheet => Texts(XDocument.Parse(sheet.Svg))).ToList();
        foreach (var row in WiringTable.Of(profile).Where(row => row.Terminal.Length > 0))
        {
            Told(row.Label.Indonesian);
            Told(row.Label.English);
            Told(row.Place.Split(' ')[^1]);
            foreach (var end in row.Terminal.Split(" / "))
                Told(end);
            Told(row.Fuse);
            Told(row.Wire);
        }

        foreach (var hat in profile.Hats!)
            foreach (var pin in hat.Pins)
                Told(pin.Use);
        foreach (var device in profile.Devices!)
            Told($"0x{device.Address:X2}");

        void Told(string text) => Assert.True(texts.Any(line => line.Contains(text, StringComparison.Ordinal)), $"'{text}' is on no sheet of {file}");
    }

    /// <summary>A text beyond the frame is cut off by the printer. 0.62 of the size is the mean width of a letter in DejaVu Sans.</summary>
    [Theory]
    [MemberData(nameof(Drawn))]
    public void No_text_leaves_the_sheet(string file)
    {
        foreach (var sheet in Sheets.Of(Profile(file)))
            foreach (var text in XDocument.Parse(sheet.Svg).Descendants().Where(element => element.Name.LocalName == "text"))
            {
                var (x, y, size) = ((double)text.Attribute("x")!, (double)text.Attribute("y")!, (double)text.Attribute("font-size")!);
                var length = text.Value.Length * size * 0.62;
                var left = (string)text.Attribute("text-anchor")! switch
                {
                    "end" => x - length,
                    "middle" => x - (length / 2),
                    _ => x,
                };
                Assert.True(left >= 6 && left + length <= PageWidth - 6 && y is >= 6 and <= PageHeight - 6,
                    $"{sheet.FileName}: '{text.Value}' leaves the frame");
                Assert.True(size >= 1.8, $"{sheet.FileName}: '{text.Value}' is too small to read");
            }
    }

    private static BoardProfile Profile(string file) => ProfileReader.Read(Path.Combine(BoardFiles.Boards, file)).Profile!;

    private static IEnumerable<string> Texts(XDocument svg) =>
        svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value.Replace('\u00A0', ' '));
}
