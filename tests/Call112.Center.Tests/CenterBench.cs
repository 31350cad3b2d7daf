using System.Net;
using Call112.Center.Book;

namespace Call112.Center.Tests;

/// <summary>Real centres on free loopback ports and a folder of their own, which is gone afterwards.</summary>
public sealed class CenterBench : IDisposable
{
    public const string Key = "0123456789abcdef-test";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-center-");

    public string DatabasePath => Path.Combine(_folder.FullName, "center.db");

    public CenterOptions Options => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        MqttListen = new IPEndPoint(IPAddress.Loopback, 0),
        DatabasePath = DatabasePath,
        ApiKey = Key,
        LogLevel = Microsoft.Extensions.Logging.LogLevel.None,
    };

    public Task<CenterHost> StartAsync(CenterOptions? options = null, TimeProvider? time = null) =>
        CenterHost.StartAsync(options ?? Options, time ?? TimeProvider.System, TimeProvider.System, CancellationToken.None);

    public static HttpClient Client(CenterHost center, string? key = Key)
    {
        var client = new HttpClient { BaseAddress = center.HttpAddress };
        if (key is not null)
            client.DefaultRequestHeaders.Add("X-Api-Key", key);
        return client;
    }

    internal static async Task<DispatchView> WaitAsync(CenterHost center, Guid dispatch, Func<DispatchView, bool> wanted)
    {
        using var deadline = new CancellationTokenSource(Deadline.Long, TimeProvider.System);
        return (await center.WaitForDispatchAsync(dispatch, wanted, deadline.Token))!;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
