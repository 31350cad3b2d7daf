using System.Diagnostics;
using Spectre.Console;

namespace Call112.Benchmarks;

/// <summary>The NativeAOT gateway of this working tree, published when there is none or when a source is newer than it.</summary>
internal static class GatewayBuild
{
    private const string Project = "src/Call112.Gateway", Output = "artifacts/publish/Call112.Gateway/release_linux-x64/call112-gateway";

    public static string Ensure(Workspace workspace)
    {
        var binary = Path.Combine(workspace.Root, Output);
        var why = !File.Exists(binary) ? "there is none"
            : NewestSource(workspace.Root) is { } source && source.LastWriteTimeUtc > File.GetLastWriteTimeUtc(binary)
                ? Path.GetRelativePath(workspace.Root, source.FullName) + " is newer than it"
                : null;
        if (why is null)
            return binary;
        if (!Directory.Exists(Path.Combine(workspace.Root, Project)))
            throw new BenchmarkException(Project + " is not in this working tree; name a binary with --gateway");
        AnsiConsole.MarkupLineInterpolated($"Publishing the NativeAOT gateway ({why}); this takes a minute.");
        var log = Path.Combine(workspace.Run, "publish.log");
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = workspace.Root };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec dotnet publish {Project} -c Release -r linux-x64 --nologo >\"$BENCHMARK_LOG\" 2>&1");
        start.Environment["BENCHMARK_LOG"] = log;
        // `dotnet run` sets variables for its own MSBuild that would mislead another one.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using var publish = Process.Start(start)!;
        publish.WaitForExit();
        if (publish.ExitCode != 0 || !File.Exists(binary))
            throw new BenchmarkException("dotnet publish failed:\n" + string.Join('\n', File.ReadLines(log).TakeLast(20)));
        File.SetLastWriteTimeUtc(binary, TimeProvider.System.GetUtcNow().UtcDateTime);
        return binary;
    }

    private static FileInfo? NewestSource(string root) =>
        new[] { "Call112.Gateway", "Call112.Station", "Call112.Messages" }
            .Select(project => new DirectoryInfo(Path.Combine(root, "src", project)))
            .Where(folder => folder.Exists)
            .SelectMany(folder => folder.EnumerateFiles("*", SearchOption.AllDirectories))
            .Concat(new DirectoryInfo(root).EnumerateFiles("Directory.*.props"))
            .MaxBy(file => file.LastWriteTimeUtc);
}
