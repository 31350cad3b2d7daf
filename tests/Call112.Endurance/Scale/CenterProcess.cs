using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Endurance.Machine;
using Call112.Tests;

namespace Call112.Endurance.Scale;

/// <summary>The reference centre as a real process, over its HTTP API. Stopped and started again on the same book and ports.</summary>
internal sealed class CenterProcess : IDisposable
{
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(60);

    private readonly Site _site;
    private readonly string _program, _folder;
    private readonly string[] _broker;
    private readonly int _http = LoopbackPorts.Free();
    private readonly HttpClient _client;
    private Child? _process;

    /// <param name="brokerPort">Of an outside broker; null for the embedded one.</param>
    public CenterProcess(Site site, string program, int? brokerPort)
    {
        (_site, _program, _folder) = (site, program, site.NewFolder("center"));
        MqttPort = brokerPort ?? LoopbackPorts.Free();
        _broker = brokerPort is null ? ["--mqtt-listen", $"127.0.0.1:{MqttPort}"] : ["--broker", $"mqtt://127.0.0.1:{MqttPort}"];
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_http}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public int MqttPort { get; }

    public int Id => _process!.Id;

    public bool HasExited => _process?.HasExited ?? true;

    public string Database => Path.Combine(_folder, "center.db");

    public string LogTail => _process?.LogTail() ?? "";

    private string ReadyFile => Path.Combine(_folder, "ready.json");

    public async Task StartAsync()
    {
        File.Delete(ReadyFile);
        _process = Child.Start(
            Path.Combine(_folder, "log"),
            _program,
            [
                "run", "--listen", $"127.0.0.1:{_http}", .. _broker, "--db", Database, "--insecure-local", "--ready-file", ReadyFile,
                "--log-level", "Warning",
            ]);
        await _site.UntilAsync(
            () => File.Exists(ReadyFile) || (_process.HasExited ? throw new EnduranceException($"the centre ended:\n{LogTail}") : false),
            "the centre is subscribed",
            s_startWithin);
    }

    public void Stop()
    {
        _process?.Dispose();
        _process = null;
    }

    public async Task<Guid> DispatchAsync(IEnumerable<string> groups, IEnumerable<string> stations)
    {
        var draft = new JsonObject
        {
            ["incident"] = new JsonObject
            {
                ["category"] = "Disaster",
                ["nature"] = "Gempa bumi, waspada susulan",
                ["priority"] = 1,
                ["location"] = new JsonObject
                {
                    ["village"] = "Mogolaing",
                    ["address"] = "Jl. Adampe Dolot No. 12, RT 05 RW 03",
                    ["latitude"] = 0.7301,
                    ["longitude"] = 124.3053,
                },
            },
            ["groups"] = new JsonArray([.. groups.Select(group => (JsonNode)group)]),
            ["stationIds"] = new JsonArray([.. stations.Select(station => (JsonNode)station)]),
        };
        return (await PostAsync("/api/dispatches", draft.ToJsonString())).GetProperty("dispatchId").GetGuid();
    }

    public Task CancelAsync(Guid dispatch) => PostAsync($"/api/dispatches/{dispatch}/cancel", "");

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(path);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(EnduranceJson.Default.JsonElement);
    }

    /// <summary>How long a question takes that goes through the book's loop: what a dispatcher feels.</summary>
    public async Task<double> QuestionMsAsync()
    {
        var began = _site.Time.GetTimestamp();
        using var answer = await _client.GetAsync("/api/dispatches/00000000-0000-7000-8000-000000000000");
        return _site.Time.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>Reads the event stream as a desk does, until the token ends it; gives how many bytes came.</summary>
    public async Task<long> WatchAsync(CancellationToken cancel)
    {
        long bytes = 0;
        try
        {
            await using var stream = await _client.GetStreamAsync("/api/stream", cancel);
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancel)) > 0)
                bytes += count;
        }
        catch (OperationCanceledException)
        {
            // Seen enough.
        }

        return bytes;
    }

    /// <summary>The event stream's own words, one event after the other, until the token ends it: what changed, and how it is now.</summary>
    public async Task ReadEventsAsync(Action<string, JsonElement> take, CancellationToken cancel)
    {
        const string kindMark = "event: ", dataMark = "data: ";
        try
        {
            using var reader = new StreamReader(await _client.GetStreamAsync("/api/stream", cancel));
            var kind = "";
            while (await reader.ReadLineAsync(cancel) is { } line)
                if (line.StartsWith(kindMark, StringComparison.Ordinal))
                    kind = line[kindMark.Length..];
                else if (line.StartsWith(dataMark, StringComparison.Ordinal))
                    take(kind, JsonDocument.Parse(line[dataMark.Length..]).RootElement);
        }
        catch (OperationCanceledException)
        {
            // Seen enough.
        }
    }

    public void Dispose()
    {
        Stop();
        _client.Dispose();
    }

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, mediaType: new("application/json"));
        using var answer = await _client.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new EnduranceException($"the centre answered {answer.StatusCode} to {path}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class EnduranceJson : System.Text.Json.Serialization.JsonSerializerContext;
