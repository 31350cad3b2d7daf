using System.CommandLine;
using Call112.Gateway.Board;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway board …</c>: what can be done with a cabinet and its profile without a running station.</summary>
internal static class BoardCommand
{
    public static Command Create() => new("board", "the cabinet: check and show its profile, switch it off, test it") { Check(), Show(), Test(), Safe() };

    private static Command Check()
    {
        var files = new Argument<string[]>("FILE") { Description = "board profiles", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "find conflicts, wrong pulls and clashes in board profiles, with a remedy for each") { files };
        check.SetAction(parsed => BoardCheckVerb.Run(parsed.GetValue(files)!, Console.Out));
        return check;
    }

    private static Command Show()
    {
        var file = new Argument<string>("FILE") { Description = "a board profile" };
        var show = new Command("show", "print the wiring table of a board profile") { file };
        show.SetAction(parsed => BoardShowVerb.Run(parsed.GetValue(file)!, Console.Out, Console.Error));
        return show;
    }

    private static Command Test()
    {
        var profile = Profile();
        var folder = new Option<string>("--out") { Description = "folder for the record", HelpName = "FOLDER", DefaultValueFactory = _ => "." };
        var station = new Option<string?>("--station") { Description = "the station's id; asked for when missing", HelpName = "ID" };
        var test = new Command("test", "walk through every output and input with a technician, and write the record") { profile, folder, station };
        test.SetAction((parsed, cancel) => BoardTestVerb.RunAsync(
            new BoardTestVerb.Request(parsed.GetRequiredValue(profile), parsed.GetRequiredValue(folder), parsed.GetValue(station)),
            Console.In, Console.Out, Console.Error, new BoardSeat(), cancel));
        return test;
    }

    private static Command Safe()
    {
        var profile = Profile();
        var safe = new Command("safe", "drive every output to its safe level, at once; for ExecStopPost of the service") { profile };
        safe.SetAction((parsed, cancel) =>
            BoardSafeVerb.RunAsync(parsed.GetRequiredValue(profile), Console.Out, Console.Error, new BoardSeat(), cancel));
        return safe;
    }

    private static Option<string> Profile() =>
        new("--profile", "-p") { Description = "a board profile (hardware/boards)", HelpName = "FILE", Required = true };
}
