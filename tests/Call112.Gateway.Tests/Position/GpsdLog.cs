using System.Runtime.CompilerServices;
using Call112.Gateway.Options;
using Call112.Gateway.Position;
using Call112.Station;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Tests.Position;

/// <summary>
/// One recorded log of a receiver and what gpsd makes of it (<c>.log</c>, <c>.log.chk</c>): third-party data beside the project, in
/// <c>../shared/data/gpsd</c>, or in the folder that <c>CALL112_GPSD_LOGS</c> names.
/// </summary>
internal sealed record GpsdLog(string Path)
{
    public const string FolderVariable = "CALL112_GPSD_LOGS";

    /// <summary>Pauses of a log that are believed; more is a date that leaps.</summary>
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromHours(1);

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Every log that has its expected output; the test is skipped by name when there is none.</summary>
    public static IReadOnlyList<GpsdLog> All()
    {
        var folder = Folder();
        Assert.SkipUnless(Directory.Exists(folder), $"recorded gpsd logs are not here: ../shared/data/gpsd, or {FolderVariable}");
        GpsdLog[] logs = [.. Directory.GetFiles(folder, "*.log").Where(path => File.Exists(path + ".chk")).Order(StringComparer.Ordinal).Select(path => new GpsdLog(path))];
        Assert.SkipUnless(logs.Length > 0, $"no *.log with its *.log.chk in {folder}");
        return logs;
    }

    /// <summary>Where a table of the run is left.</summary>
    public static string Artifact(string name)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Root(), "artifacts", "gnss"));
        return System.IO.Path.Combine(folder.FullName, name);
    }

    /// <summary>The receiver's sentences, without the comments of whoever recorded them.</summary>
    public IReadOnlyList<byte[]> Sentences()
    {
        var sentences = new List<byte[]>();
        var bytes = File.ReadAllBytes(Path);
        for (var begin = 0; begin < bytes.Length;)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', begin) is >= 0 and var lineFeed ? lineFeed + 1 : bytes.Length;
            if (bytes[begin] != '#')
                sentences.Add(bytes[begin..end]);
            begin = end;
        }

        return sentences;
    }

    /// <summary>Fixes of the expected output, as the client of the gateway offers them.</summary>
    public async Task<IReadOnlyList<Fix>> ExpectedAsync()
    {
        var fixes = new List<Fix>();
        using var stop = new CancellationTokenSource();
        var content = File.ReadAllBytes(Path + ".chk");
        using var client = new GnssClient(
            new GpsdOptions("chk", 1, TimeSpan.FromMinutes(1)),
            input =>
            {
                if (input is StationInput.FixOffered offered)
                    fixes.Add(offered.Fix);
                else if (input is StationInput.GnssLinked { Link: GnssLink.Unreachable })
                    stop.Cancel();
                return ValueTask.CompletedTask;
            },
            TimeProvider.System,
            new Random(1),
            NullLogger<GnssClient>.Instance,
            _ => ValueTask.FromResult<Stream>(new Recording(content)),
            fixesPerSecond: int.MaxValue);
        await client.RunAsync(stop.Token);
        return fixes;
    }

    /// <summary>Fixes through the filter, in the pace in which the receiver told them.</summary>
    public static (FixFilter Filter, IReadOnlyList<Fix> Believed) Judge(IEnumerable<Fix> fixes, int buildYear)
    {
        var (filter, rules, now) = (FixFilter.Empty, new FixRules { FirstYear = buildYear }, TimeSpan.FromHours(1));
        var believed = new List<Fix>();
        DateTimeOffset? last = null;
        foreach (var fix in fixes)
        {
            if (fix.Time - last is { } passed && passed > TimeSpan.Zero && passed < s_pauseMax)
                now += passed;
            last = fix.Time ?? last;
            (filter, var verdict) = filter.Offer(fix, now, rules);
            if (verdict.Believed)
                believed.Add(fix);
        }

        return (filter, believed);
    }

    /// <summary>The year that most of the log's fixes tell.</summary>
    public static int? YearOf(IEnumerable<Fix> fixes) => fixes
        .Where(fix => fix is { Mode: >= 2, Time: not null })
        .GroupBy(fix => fix.Time!.Value.UtcDateTime.Year)
        .OrderByDescending(year => year.Count())
        .Select(year => (int?)year.Key)
        .FirstOrDefault();

    /// <summary>One row of the table.</summary>
    public string Row(IReadOnlyList<Fix> fixes, int build)
    {
        var years = fixes.Where(fix => fix is { Mode: >= 2, Time: not null }).GroupBy(fix => fix.Time!.Value.UtcDateTime.Year).OrderBy(year => year.Key);
        return $"| {Name} | {fixes.Count} | {string.Join(", ", years.Select(year => $"{year.Key}: {year.Count()}"))} | {Cells(Judge(fixes, build).Filter)} "
            + $"| {YearOf(fixes)} | {Cells(Judge(fixes, YearOf(fixes) ?? build).Filter)} |";
    }

    public static string Head(int build) =>
        $"| log | offered | years told | believed, build {build} | refused and why | another build | believed | refused and why |\n|---|---|---|---|---|---|---|---|";

    private static string Cells(FixFilter filter)
    {
        var reasons = Enum.GetValues<FixRefusal>().Where(reason => filter.Refused[(int)reason] > 0).Select(reason => $"{reason} {filter.Refused[(int)reason]}");
        return $"{filter.Believed} | {string.Join(", ", reasons)}{(filter.Confirming > 0 ? $" (confirming {filter.Confirming})" : "")}";
    }

    private static string Folder() =>
        Environment.GetEnvironmentVariable(FolderVariable) ?? System.IO.Path.Combine(Root(), "..", "shared", "data", "gpsd");

    private static string Root([CallerFilePath] string path = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "../../.."));

    /// <summary>Reads as recorded; whatever is written to it nobody hears.</summary>
    private sealed class Recording(byte[] content) : MemoryStream(content, writable: false)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
