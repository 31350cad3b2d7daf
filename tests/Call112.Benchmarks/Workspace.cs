
namespace Call112.Benchmarks;

/// <summary>Where the benchmark keeps its files: artifacts/benchmarks in the repository, a real disk, so that the journal pays for its commits.</summary>
internal sealed class Workspace
{
    /// <summary>Newest runs that are kept, for looking into logs.</summary>
    private const int RunsKept = 3;

    private int counter;

    public Workspace(string runName)
    {
        Root = FindRoot();
        var runs = Path.Combine(Root, "artifacts", "benchmarks");
        Run = Path.Combine(runs, runName);
        Directory.CreateDirectory(Run);
        foreach (var old in Directory.GetDirectories(runs).Order(StringComparer.Ordinal).SkipLast(RunsKept))
            Directory.Delete(old, recursive: true);
    }

    /// <summary>The repository.</summary>
    public string Root { get; }

    /// <summary>The folder of this run.</summary>
    public string Run { get; }

    /// <summary>A fresh folder inside the run.</summary>
    public string NewFolder(string name)
    {
        var path = Path.Combine(Run, $"{++counter:000}-{name}");
        Directory.CreateDirectory(path);
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Call112.sln")))
                return folder.FullName;
        throw new BenchmarkException("Call112.sln not found above " + AppContext.BaseDirectory);
    }
}

/// <summary>Something that the benchmark needs is missing or did not answer; the message is for the person at the terminal.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
