using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway board check FILE…</c>: what is wrong, weak or worth knowing in board profiles, one line each, as a compiler tells it.
/// </summary>
internal static class BoardCheckVerb
{
    /// <returns><see cref="CommandLine.Well"/> when no file has an error, else <see cref="CommandLine.Failed"/>.</returns>
    public static int Run(IReadOnlyList<string> files, TextWriter output)
    {
        var exit = CommandLine.Well;
        foreach (var file in files)
        {
            var result = ProfileReader.Parse(file);
            foreach (var error in result.Errors)
                output.WriteLine($"{file}: error: {error}");
            foreach (var finding in result.Findings)
                output.WriteLine(Line(file, finding));
            var (errors, warnings) = (result.Errors.Count + Count(result, Severity.Error), Count(result, Severity.Warning));
            var verdict = errors > 0 ? "refused" : "ok";
            output.WriteLine($"{file}: {verdict}: errors {errors}, warnings {warnings}, notes {Count(result, Severity.Note)}");
            if (errors > 0)
                exit = CommandLine.Failed;
        }

        return exit;
    }

    private static string Line(string file, Finding finding) =>
        $"{file}:{finding.FileLine}: {Word(finding.Severity)} {finding.Rule}: {finding.Field}: {finding.Text}";

    private static string Word(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "note",
    };

    private static int Count(ProfileResult result, Severity severity) => result.Findings.Count(finding => finding.Severity == severity);
}
