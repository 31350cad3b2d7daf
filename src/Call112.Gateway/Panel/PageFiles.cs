namespace Call112.Gateway.Panel;

/// <summary>The page's files, embedded in the program: one file to deploy, nothing to lose.</summary>
internal static class PageFiles
{
    private const string Prefix = "page/";

    /// <summary>The page loads nothing from anywhere else, and texts of a dispatch cannot become a script.</summary>
    internal const string SecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

    public static void Map(WebApplication app)
    {
        foreach (var resource in typeof(PageFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var content = Read(resource);
            var path = "/" + resource[Prefix.Length..];
            var type = TypeOf(path);
            IResult Serve(HttpContext context)
            {
                context.Response.Headers.ContentSecurityPolicy = SecurityPolicy;
                context.Response.Headers.CacheControl = "no-cache";
                return TypedResults.Bytes(content, type);
            }

            app.MapGet(path, Serve);
            if (path == "/index.html")
                app.MapGet("/", Serve);
        }
    }

    /// <summary>An embedded file.</summary>
    internal static byte[] Read(string resource)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
