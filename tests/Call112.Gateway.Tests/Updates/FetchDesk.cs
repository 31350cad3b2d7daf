using System.Security.Cryptography;
using Call112.Gateway.Options;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Updates;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Updates;

/// <summary>A folder of updates, a bundle, a server that has it, and the fetcher between them, with the shortest back-off that there is.</summary>
internal sealed class FetchDesk : IAsyncDisposable
{
    public const string Version = "1.2.0";

    private readonly List<BundleServer> _servers = [];

    public FetchDesk(int bytes = 300_000)
    {
        Content = new byte[bytes];
        new Random(bytes).NextBytes(Content);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Content));
        Folder = new UpdateFolder(Path, new DurableFiles());
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("call112-update-").FullName;

    public UpdateFolder Folder { get; }

    public byte[] Content { get; }

    public string Sha256 { get; }

    public GatewayOptions Options { get; set; } = new()
    {
        Station = new StationOptions { Id = StationWorld.Id, Name = "Puskesmas Gogagoman" },
        Uplink = new UplinkOptions { Host = "127.0.0.1", Port = 1883 },
    };

    /// <summary>Free space, bytes.</summary>
    public long Free { get; set; } = long.MaxValue;

    /// <summary>Version of the image that runs.</summary>
    public string? System { get; set; } = "1.1.0";

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public BundleServer Serve(params BundleServer.Answer[] answers) => Add(new BundleServer(Content, answers));

    public BundleServer Add(BundleServer server)
    {
        _servers.Add(server);
        return server;
    }

    public StationCommand Offer(string url, string version = Version, long? bytes = null, string? sha256 = null, bool metered = false)
    {
        var offer = new UpdateOffer(version, url, bytes ?? Content.Length, sha256 ?? Sha256, metered);
        return new StationCommand(CommandKind.Update, Guid.CreateVersion7(), Samples.Wall, offer);
    }

    /// <summary>One attempt over one line, and nothing else.</summary>
    public Task<Attempt> AttemptAsync(UpdateLine line, string url) =>
        new BundleDownload(Offer(url).Update!, Folder, Time, () => false, () => { }).RunAsync(line, TestContext.Current.CancellationToken);

    public void Put(StationCommand offer) => Folder.Put(offer);

    /// <summary>Deals with what waits.</summary>
    public Task<bool> RunAsync(UpdateFolder? folder = null) => FetcherOf(folder ?? Folder).RunAsync(TestContext.Current.CancellationToken);

    public async Task<bool> FetchAsync(StationCommand offer)
    {
        Put(offer);
        return await RunAsync();
    }

    /// <summary>Lets virtual time pass until the condition holds; tells how much passed.</summary>
    public static async Task<TimeSpan> PassAsync(TestClock clock, Func<bool> condition, string what)
    {
        var (began, waited) = (clock.Monotonic, TimeProvider.System.GetTimestamp());
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(waited) > Wait.Deadline)
                throw new TimeoutException($"not within {Wait.Deadline.TotalSeconds} s: {what}");
            clock.Advance(TimeSpan.FromSeconds(1));
            // Slower than a busy machine connects: else a line would seem to stall.
            await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System);
        }

        return clock.Monotonic - began;
    }

    public string In(string name) => global::System.IO.Path.Combine(Path, name);

    public string[] LinesOf(string name) => File.Exists(In(name)) ? File.ReadAllLines(In(name)) : [];

    /// <summary>The bundle is whole, the installer is told, and nothing else is left.</summary>
    public void AssertFetched()
    {
        Assert.Equal([$"{Sha256}.raucb", Version], LinesOf(UpdateFolder.NextFile));
        Assert.Equal(Content, File.ReadAllBytes(In($"{Sha256}.raucb")));
        Assert.Equal(
            [$"{Sha256}.raucb", UpdateFolder.NextFile, UpdateFolder.SaidFile],
            Directory.EnumerateFiles(Path).Select(global::System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal($"{Version}: fetched", Folder.Said());
    }

    public void AssertGivenUp(string why)
    {
        Assert.Equal([Sha256], LinesOf(UpdateFolder.GivenUpFile));
        Assert.StartsWith($"{Version}: given up: {why}", Folder.Said(), StringComparison.Ordinal);
        Assert.Equal(
            [UpdateFolder.GivenUpFile, UpdateFolder.SaidFile],
            Directory.EnumerateFiles(Path).Select(global::System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }

    private UpdateFetcher FetcherOf(UpdateFolder folder) => new(Options, folder, System, Time, new NoJitter(), () => Free);

    /// <summary>The shortest of all waits.</summary>
    private sealed class NoJitter() : Random(0)
    {
        public override double NextDouble() => 0;
    }
}
