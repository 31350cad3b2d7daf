using System.CommandLine;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Updates;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway fetch-update</c>: fetches the bundle that the centre offers, for the installer (decision 0024).</summary>
internal static class FetchUpdateVerb
{
    public static Command Create(Option<string?> config)
    {
        var into = new Option<string>("--into") { Description = "the folder of updates (updates.folder)", HelpName = "FOLDER", Required = true };
        var fetch = new Command("fetch-update", "fetch the bundle that the centre offers, with patience, over the best line") { into };
        fetch.SetAction((parsed, cancel) => CommandLine.ServeAsync(
            () => RunAsync(parsed.GetValue(config), parsed.GetValue(into)!, MachineImage.Version(), cancel)));
        return fetch;
    }

    /// <param name="system">Version of the image that runs; null where there is none.</param>
    internal static async Task<int> RunAsync(string? config, string into, string? system, CancellationToken cancel)
    {
        var options = CommandLine.Options(config);
        if (!Directory.Exists(into))
        {
            await Console.Error.WriteLineAsync($"--into: no folder '{into}'");
            return CommandLine.WrongOptions;
        }

        var folder = new UpdateFolder(into, new DurableFiles());
        if (options is null)
        {
            // For example keys by path that only the gateway's own unit can read: nobody would ever know why no update comes.
            SayUnread(folder);
            return CommandLine.WrongOptions;
        }

        // Jitter only has to differ between boxes and runs.
        var jitter = new Random(HashCode.Combine(options.Station.Id, Environment.ProcessId, TimeProvider.System.GetTimestamp()));
        try
        {
            var isWell = await new UpdateFetcher(options, folder, system, TimeProvider.System, jitter, folder.Free).RunAsync(cancel);
            await Console.Out.WriteLineAsync(folder.Said() ?? "no update is offered");
            return isWell ? CommandLine.Well : CommandLine.Failed;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Whatever has come stays, and the next run goes on from there.
            return CommandLine.Well;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            await Console.Error.WriteLineAsync($"{into}: {e.Message}");
            return CommandLine.Failed;
        }
    }

    private static void SayUnread(UpdateFolder folder)
    {
        try
        {
            folder.Say("no update can be fetched: station.json cannot be used here (journalctl -u call112-fetch)");
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            Console.Error.WriteLine(e.Message);
        }
    }
}
