using System.IO.MemoryMappedFiles;

namespace Call112.System.Tests.Toolkit;

/// <summary>What a call on the journal's files answers; the numbers are those of failing-files.c.</summary>
public enum FileFault
{
    None,
    NoSpace,
    InputOutput,
    ReadOnly,
    SyncInputOutput,
    SyncStall,
}

/// <summary>
/// The file layer under one journal: it fails on command and writes down what it was asked (Preload/failing-files.c, preloaded into the
/// station). Compiled once by whatever compiler there is; without one the test is skipped by name.
/// </summary>
public sealed class FailingFiles : IDisposable
{
    private const int Words = 8, FaultWord = 0, NthWord = 1, LastingWord = 2, StallWord = 3, CallsWord = 4, GivenWord = 5;

    private readonly MemoryMappedFile _shared;
    private readonly MemoryMappedViewAccessor _words;

    public FailingFiles(string folder, string journalPath)
    {
        Directory.CreateDirectory(folder);
        var library = Compiled(folder, "failing-files.c", "-shared", "-fPIC");
        var control = Path.Combine(folder, "control");
        LogPath = Path.Combine(folder, "write-log");
        File.WriteAllBytes(control, new byte[Words * sizeof(int)]);
        _shared = MemoryMappedFile.CreateFromFile(control, FileMode.Open);
        _words = _shared.CreateViewAccessor();
        Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = library,
            ["FAILING_FILES_PATH"] = journalPath,
            ["FAILING_FILES_CONTROL"] = control,
            ["FAILING_FILES_LOG"] = LogPath,
        };
    }

    /// <summary>What the process that writes the journal is started with.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Every write, in order: see <see cref="WriteLog"/>.</summary>
    public string LogPath { get; }

    /// <summary>How many calls have failed or stalled since <see cref="Arm"/>.</summary>
    public int Given => _words.ReadInt32(GivenWord * sizeof(int));

    /// <summary>From now on the n-th call fails: of the writes and truncations, or of the syncs, as the fault says.</summary>
    /// <param name="isLasting">And every one behind it, until <see cref="Disarm"/>.</param>
    public void Arm(FileFault fault, int nth, bool isLasting, TimeSpan stall = default)
    {
        Set(CallsWord, 0);
        Set(GivenWord, 0);
        Set(NthWord, nth);
        Set(LastingWord, isLasting ? 1 : 0);
        Set(StallWord, (int)stall.TotalMilliseconds);
        Set(FaultWord, (int)fault);
    }

    public void Disarm() => Set(FaultWord, (int)FileFault.None);

    public void Dispose()
    {
        _words.Dispose();
        _shared.Dispose();
    }

    /// <summary>Compiles a C source that lies beside the tests into a folder.</summary>
    internal static string Compiled(string folder, string source, params string[] flags)
    {
        var compiler = Installed.Find("gcc") ?? Installed.Find("clang");
        Assert.SkipUnless(compiler is not null, "neither gcc nor clang is installed (tests/install brings them)");
        var (from, to) = (Path.Combine(AppContext.BaseDirectory, "Preload", source), Path.Combine(folder, Path.ChangeExtension(source, ".out")));
        string[] arguments = ["-O2", "-Wall", "-Werror", .. flags, "-o", to, from, "-ldl"];
        var (exitCode, output) = OwnProcess.RunAsync(compiler!, arguments).GetAwaiter().GetResult();
        Assert.True(exitCode == 0, output);
        return to;
    }

    private void Set(int word, int value)
    {
        _words.Write(word * sizeof(int), value);
        Thread.MemoryBarrier();
    }
}
