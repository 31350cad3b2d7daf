using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Tests;

namespace Call112.Benchmarks.Subjects;

/// <summary>The files of one gateway instance: station.json, journal, ready file, log.</summary>
internal sealed class GatewayFiles
{
    private const int PollMilliseconds = 100;

    private readonly string folder;

    private GatewayFiles(string folder) => this.folder = folder;

    public string Journal => Path.Combine(folder, "journal.db");

    private string Configuration => Path.Combine(folder, "station.json");

    private string Ready => Path.Combine(folder, "ready");

    /// <summary>Writes station.json. The panel listens; <paramref name="trace"/> is the named pipe of the simulated board, if wanted.</summary>
    public static GatewayFiles Write(string folder, string stationId, int brokerPort, string? trace = null)
    {
        var files = new GatewayFiles(folder);
        var station = new StationFile(
            new StationPart(stationId, "Puskesmas Tolok Ukur", "Puskesmas", ["puskesmas"]),
            [new UplinkPart("lan", $"mqtt://127.0.0.1:{brokerPort}")],
            new BoardPart("simulated", trace),
            new JournalPart(files.Journal),
            new PanelPart($"127.0.0.1:{LoopbackPorts.Free()}"));
        File.WriteAllBytes(files.Configuration, JsonSerializer.SerializeToUtf8Bytes(station, StationFileContext.Default.StationFile));
        return files;
    }

    public Daemon Start(string binary)
    {
        File.Delete(Ready);
        return Daemon.Start(Path.Combine(folder, "log"), binary, "run", "--config", Configuration, "--ready-file", Ready);
    }

    /// <summary>Waits for the ready file; false when the deadline passed or the gateway ended.</summary>
    public bool WaitUntilReady(Daemon daemon, TimeSpan deadline, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var watch = Posix.WatchFolder(folder);
        try
        {
            Span<byte> events = stackalloc byte[4096];
            while (!File.Exists(Ready))
            {
                if (daemon.HasExited || time.GetElapsedTime(started) > deadline)
                    return false;
                if (Posix.WaitReadable(watch, PollMilliseconds))
                    Posix.Read(watch, events);
            }

            return true;
        }
        finally
        {
            Posix.Close(watch);
        }
    }
}

internal sealed record StationPart(string Id, string Name, string Kind, IReadOnlyList<string> Groups);

internal sealed record UplinkPart(string Name, string Broker);

internal sealed record BoardPart(string Profile, string? Trace);

internal sealed record JournalPart(string Path);

internal sealed record PanelPart(string Listen);

internal sealed record StationFile(StationPart Station, IReadOnlyList<UplinkPart> Uplinks, BoardPart Board, JournalPart Journal, PanelPart Panel);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(StationFile))]
internal sealed partial class StationFileContext : JsonSerializerContext;
