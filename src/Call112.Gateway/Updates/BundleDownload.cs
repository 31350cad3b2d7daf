using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Call112.Messages;

namespace Call112.Gateway.Updates;

/// <summary>How one attempt ended.</summary>
internal enum AttemptEnd
{
    /// <summary>As many bytes as were offered are on the disk.</summary>
    Whole,

    /// <summary>The line cannot be had now.</summary>
    NoLine,

    /// <summary>The server was reached, and not all of it came.</summary>
    Broken,

    /// <summary>The server has another file: more bytes than were offered.</summary>
    TooLong,

    /// <summary>A newer offer has come.</summary>
    Replaced,
}

/// <param name="Why">In words for people; empty where <paramref name="End"/> says all.</param>
/// <param name="Gained">Bytes that this attempt brought.</param>
/// <param name="IsAnew">The server has no ranges, and a part that was there had to be begun anew.</param>
internal readonly record struct Attempt(AttemptEnd End, string Why = "", long Gained = 0, bool IsAnew = false);

/// <summary>
/// One attempt to get a bundle, or what is missing of it, over one line (RFC 9110, 14: ranges).
/// Invariants: the part on the disk is always a beginning of what the server sent, and never longer than what was offered; where a server gives
/// another piece than the one that was asked for, the part is begun anew.
/// </summary>
/// <param name="isReplaced">Whether the offer is not the newest any more; asked every few seconds.</param>
/// <param name="comes">Called when the first bytes have come.</param>
internal sealed class BundleDownload(UpdateOffer offer, UpdateFolder folder, TimeProvider time, Func<bool> isReplaced, Action comes)
{
    /// <summary>A server or a line that brings no byte for so long is given up (F9).</summary>
    public static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(30);

    /// <summary>How often the offer is looked at while bytes come.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private const int BufferBytes = 64 * 1024;

    /// <summary>So much at most is fetched again after a power cut, and waits in memory for a slow card, bytes.</summary>
    private const long FlushEvery = 8 << 20;

    private readonly string _part = folder.PartOf(offer);

    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: the disk refuses; never a line or a server.</exception>
    public async Task<Attempt> RunAsync(UpdateLine line, CancellationToken cancel)
    {
        var had = folder.LengthOfPart(offer);
        if (had >= offer.Bytes)
            return new Attempt(AttemptEnd.Whole);
        using var stalled = new CancellationTokenSource(StallAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancel);
        HttpResponseMessage response;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, offer.Url);
            if (had > 0)
                request.Headers.Range = new RangeHeaderValue(had, null);
            response = await line.Http().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (Exception e) when (IsLine(e, cancel))
        {
            return new Attempt(line.HasReached ? AttemptEnd.Broken : AttemptEnd.NoLine, ReasonOf(e));
        }

        using (response)
            return (Judge(response, had) is { } refused ? refused : await TakeAsync(response, cancel)) with
            {
                IsAnew = had > 0 && response.StatusCode == HttpStatusCode.OK,
            };
    }

    /// <summary>Null for an answer whose body may be taken; the part is then as long as the place where the body begins.</summary>
    private Attempt? Judge(HttpResponseMessage response, long had)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK when Length(response.Content.Headers.ContentLength) is { } refused:
                return refused;
            case HttpStatusCode.OK:
                // A server without ranges begins anew, and so does the part.
                folder.Delete(_part);
                return null;
            case HttpStatusCode.PartialContent when had > 0 && response.Content.Headers.ContentRange is { Unit: "bytes" } range && range.From == had:
                return Length(range.Length);
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                folder.Delete(_part);
                return new Attempt(AttemptEnd.Broken, "the server gives another piece than the one that is missing");
            default:
                return new Attempt(AttemptEnd.Broken, string.Create(CultureInfo.InvariantCulture, $"the server says {(int)response.StatusCode}"));
        }
    }

    private Attempt? Length(long? length) => length is not { } bytes || bytes == offer.Bytes ? null
        : bytes > offer.Bytes ? TooLong(bytes)
        : new Attempt(AttemptEnd.Broken, string.Create(CultureInfo.InvariantCulture, $"the server has only {bytes} of {offer.Bytes} bytes"));

    private Attempt TooLong(long bytes) => new(
        AttemptEnd.TooLong, string.Create(CultureInfo.InvariantCulture, $"the server has {bytes} bytes or more, {offer.Bytes} were offered"));

    private async Task<Attempt> TakeAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        // Alone: a second one, started by hand, would mix its bytes into these.
        await using var file = new FileStream(_part, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var (began, flushed, looked) = (file.Length, file.Length, time.GetTimestamp());
        var buffer = new byte[BufferBytes];
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancel);
            while (await ReadAsync(body, buffer, cancel) is var count && count > 0)
            {
                if (file.Length + count > offer.Bytes)
                    return TooLong(file.Length + count);
                if (file.Length == began)
                    comes();
                await file.WriteAsync(buffer.AsMemory(0, count), cancel);
                if (file.Length - flushed >= FlushEvery)
                {
                    file.Flush(flushToDisk: true);
                    flushed = file.Length;
                }

                if (time.GetElapsedTime(looked) < LookEvery)
                    continue;
                if (isReplaced())
                    return new Attempt(AttemptEnd.Replaced);
                looked = time.GetTimestamp();
            }
        }
        catch (LineException e)
        {
            file.Flush(flushToDisk: true);
            return new Attempt(AttemptEnd.Broken, e.Message, file.Length - began);
        }

        file.Flush(flushToDisk: true);
        return file.Length == offer.Bytes
            ? new Attempt(AttemptEnd.Whole, Gained: file.Length - began)
            : new Attempt(AttemptEnd.Broken, "the server ended too early", file.Length - began);
    }

    /// <exception cref="LineException">What the line did: kept apart from what the disk does, which throws the same types.</exception>
    private async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancel)
    {
        using var stalled = new CancellationTokenSource(StallAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancel);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
        }
        catch (Exception e) when (IsLine(e, cancel))
        {
            throw new LineException(ReasonOf(e));
        }
    }

    private static bool IsLine(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    private static string ReasonOf(Exception e) => e is OperationCanceledException
        ? string.Create(CultureInfo.InvariantCulture, $"nothing came for {StallAfter.TotalSeconds} s")
        : e.GetBaseException().Message;

    private sealed class LineException(string message) : Exception(message);
}
