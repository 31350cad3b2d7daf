using Call112.Benchmarks.Subjects;

namespace Call112.Benchmarks.Footprint;

/// <summary>Start to subscribed and armed over a journal of many entries: the time that a station is deaf after a restart in its tenth year.</summary>
internal sealed class JournalBenchmark(Workspace workspace, string binary, TimeProvider time)
{
    private const string StationId = "bench-journal";

    public JournalFigures Run(int brokerPort, int entries, int starts, Action<int> written)
    {
        var files = GatewayFiles.Write(workspace.NewFolder("journal"), StationId, brokerPort);
        var count = new JournalMaker(StationId, time).Fill(files.Journal, entries, written);
        var sizeMiB = new FileInfo(files.Journal).Length / 1024.0 / 1024.0;
        var milliseconds = new StartBenchmark(workspace, binary, time).Run(brokerPort, starts, () => { }, files);
        File.Delete(files.Journal);
        return new JournalFigures(count, Math.Round(sizeMiB, 1), Math.Round(Median.Of(milliseconds), 1), milliseconds.Count);
    }
}
