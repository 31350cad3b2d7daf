using System.CommandLine;
using Call112.Gateway.Board;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway board …</c>: what can be done with a cabinet without a running station.</summary>
internal static class BoardCommand
{
    public static Command Create()
    {
        var profile = new Option<string>("--profile", "-p") { Description = "a board profile (hardware/boards)", HelpName = "FILE", Required = true };
        var board = new Command("board", "the cabinet: switch it off, test it");

        var safe = new Command("safe", "drive every output to its safe level, at once; for ExecStopPost of the service") { profile };
        safe.SetAction((parsed, cancel) =>
            BoardSafeVerb.RunAsync(parsed.GetRequiredValue(profile), Console.Out, Console.Error, new BoardSeat(), cancel));
        board.Add(safe);

        var folder = new Option<string>("--out") { Description = "folder for the record", HelpName = "FOLDER", DefaultValueFactory = _ => "." };
        var station = new Option<string?>("--station") { Description = "the station's id; asked for when missing", HelpName = "ID" };
        var test = new Command("test", "walk through every output and input with a technician, and write the record") { profile, folder, station };
        test.SetAction((parsed, cancel) => BoardTestVerb.RunAsync(
            new BoardTestVerb.Request(parsed.GetRequiredValue(profile), parsed.GetRequiredValue(folder), parsed.GetValue(station)),
            Console.In, Console.Out, Console.Error, new BoardSeat(), cancel));
        board.Add(test);
        return board;
    }
}
