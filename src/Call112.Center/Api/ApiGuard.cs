using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Call112.Center.Api;

/// <summary>
/// Lets a request in only with the key, or in the insecure local mode only by a loopback name. Bodies must say that they are JSON: a web page
/// in a browser on the same machine cannot send that to another origin unasked, so it cannot set off a siren.
/// </summary>
internal sealed class ApiGuard(RequestDelegate next, CenterOptions options)
{
    public const string KeyHeader = "X-Api-Key";

    private readonly byte[]? _keyHash = options.InsecureLocal ? null : Hash(options.ApiKey!);

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path == "/healthz")
            await next(http);
        else if (_keyHash is null && !IsLoopbackName(http.Request.Host.Host))
            await RefuseAsync(http, 403, "Only by a loopback name", "started with --insecure-local: use http://127.0.0.1 or http://localhost");
        else if (_keyHash is not null && !CryptographicOperations.FixedTimeEquals(Hash(http.Request.Headers[KeyHeader].ToString()), _keyHash))
            await RefuseAsync(http, 401, "The key is missing or wrong", $"every request carries {KeyHeader}");
        else if (IsForeign(http.Request))
            await RefuseAsync(http, 403, "Not from another web page", "the Origin of the request is not this API");
        else if (HttpMethods.IsPost(http.Request.Method) && HasBody(http.Request) && !http.Request.HasJsonContentType())
            await RefuseAsync(http, 415, "Not JSON", "Content-Type must be application/json");
        else
            await next(http);
    }

    private static bool HasBody(HttpRequest request) => request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;

    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin.ToString() is { Length: > 0 } origin && origin != $"{request.Scheme}://{request.Host}";

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Task RefuseAsync(HttpContext http, int status, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(http);
}
