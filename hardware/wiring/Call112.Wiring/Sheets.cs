using Call112.Gateway.Board.Profiles;

namespace Call112.Wiring;

/// <param name="FileName"><c>reference-a-1-header.svg</c>.</param>
public sealed record Sheet(string FileName, string Svg);

/// <summary>The two sheets of a cabinet: the header with every wire on it, and the circuits behind the relays and before the inputs. Pure.</summary>
public static class Sheets
{
    public static IReadOnlyList<Sheet> Of(BoardProfile profile) =>
    [
        new Sheet($"{profile.Name}-1-header.svg", HeaderSheet.Draw(profile)),
        new Sheet($"{profile.Name}-2-circuits.svg", CircuitSheet.Draw(profile)),
    ];

    /// <summary>Frame, title and page number, the same on each sheet.</summary>
    internal static void Frame(Canvas canvas, BoardProfile profile, int number, string title, string english)
    {
        canvas.Box(6, 6, Canvas.Width - 12, Canvas.Height - 12, "none");
        canvas.Text(10, 13.5, $"{profile.Name}: {title}", Canvas.Heading, bold: true);
        canvas.Text(10, 17.5, $"{english}. {profile.Description}", Canvas.Small, colour: Grey);
        canvas.Text(Canvas.Width - 10, 13.5, $"lembar {number} dari 2", Canvas.Label, "end");
        canvas.Text(Canvas.Width - 10, 17.5, $"sheet {number} of 2, drawn from hardware/boards/{profile.Name}.json", Canvas.Small, "end",
            colour: Grey);
    }

    internal const string Grey = "#555555";

    /// <summary>The colour on paper of a wire whose name begins with it in Bahasa Indonesia; black when it names none.</summary>
    internal static string ColourOf(string wire) => wire.Split(' ', ',')[0] switch
    {
        "merah" => "#d00000",
        "biru" => "#0050c8",
        "hijau" => "#008a2e",
        "kuning" => "#d8a800",
        "oranye" => "#e87000",
        "ungu" => "#8000a0",
        "cokelat" => "#7a4a1e",
        "abu-abu" => "#808080",
        "putih" => "#b0b0b0",
        _ => "#000000",
    };
}
