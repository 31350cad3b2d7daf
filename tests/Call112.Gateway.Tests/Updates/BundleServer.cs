using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Call112.Gateway.Tests.Updates;

/// <summary>A web server on loopback that answers each request as the test says: whole, from a place on, cut off, silent, wrong.</summary>
internal sealed class BundleServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<Answer> _answers;
    private readonly ConcurrentQueue<string> _ranges = new();
    private readonly X509Certificate2? _certificate;
    private readonly byte[] _content;
    private readonly Task _serving;

    /// <param name="answers">To the first requests; all later ones get the content as they ask for it.</param>
    /// <param name="certificate">For TLS; plain HTTP when null.</param>
    public BundleServer(byte[] content, Answer[] answers, int port = 0, X509Certificate2? certificate = null)
    {
        (_content, _answers, _certificate) = (content, new ConcurrentQueue<Answer>(answers), certificate);
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The field Range of every request so far, empty for one without.</summary>
    public IReadOnlyList<string> Ranges => [.. _ranges];

    public string Url => new UriBuilder(
        _certificate is null ? "http" : "https", "127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, "x.raucb").Uri.AbsoluteUri;

    /// <param name="Cut">The connection ends after so many bytes of the body.</param>
    /// <param name="Silent">Instead of ending it the server says nothing more.</param>
    /// <param name="Trickles">One byte each few milliseconds.</param>
    /// <param name="Status">In place of what would be right.</param>
    /// <param name="ContentRange">In place of what would be right.</param>
    /// <param name="Content">Another file than the one that is offered.</param>
    /// <param name="TellsLength">Without a length the end of the connection is the end of the body.</param>
    public sealed record Answer(
        long? Cut = null,
        bool Silent = false,
        bool Trickles = false,
        bool HasRanges = true,
        int? Status = null,
        string? ContentRange = null,
        byte[]? Content = null,
        bool TellsLength = true);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(OneAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task OneAsync(TcpClient client)
    {
        using (client)
            try
            {
                await using var stream = await OpenAsync(client);
                await AnswerAsync(stream, await RangeOfAsync(stream));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The box has gone, or the test ends.
            }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null)
            return client.GetStream();
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token);
        return tls;
    }

    private async Task<string> RangeOfAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync(_end.Token) is null)
            throw new IOException("a connection without a request");
        var range = "";
        while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
            if (line.StartsWith("Range: ", StringComparison.OrdinalIgnoreCase))
                range = line["Range: ".Length..];
        _ranges.Enqueue(range);
        return range;
    }

    private async Task AnswerAsync(Stream stream, string range)
    {
        var answer = _answers.TryDequeue(out var scripted) ? scripted : new Answer();
        var content = answer.Content ?? _content;
        var from = answer.HasRanges && range.Length > 0 ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status ?? (from > 0 ? 206 : 200)} x\r\nConnection: close\r\n");
        if (from > 0)
            head.Append("Content-Range: ").Append(answer.ContentRange ?? $"bytes {from}-{content.Length - 1}/{content.Length}").Append("\r\n");
        if (answer.TellsLength)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {content.Length - from}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}\r\n"), _end.Token);
        var body = content.AsMemory(from);
        if (answer.Cut is { } cut)
            body = body[..(int)cut];
        if (answer.Trickles)
            await TrickleAsync(stream, body);
        else
            await stream.WriteAsync(body, _end.Token);
        if (answer.Silent)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);
    }

    private async Task TrickleAsync(Stream stream, ReadOnlyMemory<byte> body)
    {
        for (var i = 0; i < body.Length; i++)
        {
            await stream.WriteAsync(body.Slice(i, 1), _end.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, _end.Token);
        }
    }
}
