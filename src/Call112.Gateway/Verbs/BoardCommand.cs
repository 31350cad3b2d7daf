using System.CommandLine;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway board …</c>: what concerns the cabinet and needs no station.json.</summary>
internal static class BoardCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "board profiles", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "find conflicts, wrong pulls and clashes in board profiles, with a remedy for each") { files };
        check.SetAction(parsed => BoardCheckVerb.Run(parsed.GetValue(files)!, Console.Out));

        var file = new Argument<string>("FILE") { Description = "a board profile" };
        var show = new Command("show", "print the wiring table of a board profile") { file };
        show.SetAction(parsed => BoardShowVerb.Run(parsed.GetValue(file)!, Console.Out, Console.Error));

        return new Command("board", "the cabinet: board profiles") { check, show };
    }
}
