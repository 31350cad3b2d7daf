using Call112.Gateway.Board;
using Call112.Gateway.Board.Profiles;
using Call112.Gateway.Options;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway board safe --profile FILE</c>: outputs off, without a service and without station.json (F11). May run any number of times,
/// also while the last process that drove the cabinet is still dying. Exit codes: 0 every output is safe, 1 some are not and are named, 2 the
/// profile tells nothing.
/// </summary>
internal static class BoardSafeVerb
{
    public static async Task<int> RunAsync(string path, TextWriter told, TextWriter wrong, BoardSeat seat, CancellationToken cancel)
    {
        if (path == BoardOptions.SimulatedProfile)
        {
            told.WriteLine("The simulated board has no outputs.");
            return CommandLine.Well;
        }

        SafePart profile;
        try
        {
            profile = SafePart.Read(path);
        }
        catch (InvalidDataException e)
        {
            wrong.WriteLine($"No output is known: {e.Message}");
            return CommandLine.WrongOptions;
        }

        using var outputs = new SafeOutputs(profile, seat);
        var failed = profile.Problems.Count > 0;
        foreach (var verdict in await outputs.DriveAsync(cancel))
        {
            var name = $"{verdict.Output.Function,-10} {BoardException.Name(verdict.Output.To)}";
            if (verdict.Problem is { } problem)
                wrong.WriteLine($"{name}: NOT SAFE: {problem}");
            else
                told.WriteLine($"{name}: {(verdict.Held ? "keeps its level (onCrash hold)" : "off")}");
            failed |= verdict.Problem is not null;
        }

        foreach (var problem in profile.Problems)
            wrong.WriteLine($"{path}: {problem}; what it describes was not driven");
        return failed ? CommandLine.Failed : CommandLine.Well;
    }
}
