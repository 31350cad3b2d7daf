using Call112.Gateway.Verbs;

// Completions of sockets run where they are found: one change of threads less between the wire and the siren (src/Call112.Gateway/README.md, "Speed").
if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") is null)
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
return await CommandLine.RunAsync(args);
