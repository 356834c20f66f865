const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * One line of Windows PowerShell (5.1 or later) that brings the set-up logs of the machine on which an administrator runs
 * it. Logs are read while they are written to, and packed: what crosses the network is a tenth.
 */
export function collectCommand({ url, token }: { url: string; token: string }): string {
  return [
    `$u=${quoted(url)};$h=@{Authorization=${quoted(`Bearer ${token}`)}}`,
    `Get-ChildItem "$env:windir\\ccmsetup\\Logs\\*.log","$env:windir\\CCM\\Logs\\ClientIDManagerStartup.log","$env:windir\\CCM\\Logs\\LocationServices.log" -ErrorAction SilentlyContinue|Sort-Object LastWriteTime -Descending|Select-Object -First 12|ForEach-Object{` +
      `$n=$_.Name;try{$s=[IO.File]::Open($_.FullName,'Open','Read','ReadWrite');$m=New-Object IO.MemoryStream;$z=New-Object IO.Compression.GZipStream($m,[IO.Compression.CompressionMode]::Compress);` +
      `$s.CopyTo($z);$z.Close();$s.Close();Invoke-RestMethod -UseBasicParsing -Method Put -Uri ($u+'?name='+[Uri]::EscapeDataString($n)) -Headers $h -ContentType 'application/octet-stream' -Body $m.ToArray()|Out-Null;"$n sent"}catch{"$n` +
      ': $($_.Exception.Message)"}}',
  ].join(';');
}
